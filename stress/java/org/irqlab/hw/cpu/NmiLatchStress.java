package org.irqlab.hw.cpu;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.FireOutcome;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * I-17 and the conservation of NMIs: a device raises one while the CPU returns from another, or
 * takes it. An NMI that was latched is delivered or latched still; one that was dropped is covered
 * by a delivery that sees what was written before.
 */
public class NmiLatchStress {
    @JCStressTest
    @Outcome(id = "true, true, false", expect = ACCEPTABLE, desc = "Delivered after the return.")
    @Outcome(id = "true, false, true", expect = ACCEPTABLE, desc = "Latched for the next poll.")
    @Outcome(expect = FORBIDDEN, desc = "An NMI was lost, or delivered from nothing.")
    @State
    public static class RaiseAgainstReturn {
        private final NmiLatch nmi = new NmiLatch(new HaltLine());

        public RaiseAgainstReturn() {
            nmi.raise();
            nmi.take();
        }

        @Actor
        public void device(ZZZ_Result r) {
            r.r1 = nmi.raise() == FireOutcome.LATCHED;
        }

        @Actor
        public void cpu(ZZZ_Result r) {
            nmi.returned();
            r.r2 = nmi.take();
        }

        @Arbiter
        public void left(ZZZ_Result r) {
            r.r3 = nmi.latched();
        }
    }

    @JCStressTest
    @Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "Dropped; the delivery covers it.")
    @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "Latched anew behind the delivery.")
    @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "Latched anew; its data were early.")
    @Outcome(id = "false, 0", expect = FORBIDDEN, desc = "Dropped, and nobody sees its data.")
    @State
    public static class RaiseAgainstTake {
        private final NmiLatch nmi = new NmiLatch(new HaltLine());
        private int payload;

        public RaiseAgainstTake() {
            nmi.raise();
        }

        @Actor
        public void device(ZI_Result r) {
            payload = 1;
            r.r1 = nmi.raise() == FireOutcome.LATCHED;
        }

        @Actor
        public void cpu(ZI_Result r) {
            nmi.take();
            r.r2 = payload;
        }
    }

    /** Latch and block in one word, of which the return writes back what it has read. */
    @JCStressTest
    @Outcome(id = "true, true, false", expect = ACCEPTABLE, desc = "Delivered after the return.")
    @Outcome(id = "true, false, true", expect = ACCEPTABLE, desc = "Latched for the next poll.")
    @Outcome(
            id = "true, false, false",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost: the return wrote over the latch.")
    @State
    public static class BrokenReturnByStore {
        private static final VarHandle WORD;
        private static final int LATCHED = 1;
        private static final int BLOCKED = 2;

        static {
            try {
                WORD =
                        MethodHandles.lookup()
                                .findVarHandle(BrokenReturnByStore.class, "word", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int word = BLOCKED;

        @Actor
        public void device(ZZZ_Result r) {
            r.r1 = ((int) WORD.getAndBitwiseOr(this, LATCHED) & LATCHED) == 0;
        }

        @Actor
        public void cpu(ZZZ_Result r) {
            int seen = (int) WORD.getOpaque(this);
            WORD.setOpaque(this, seen & ~BLOCKED);
            r.r2 = ((int) WORD.getAndBitwiseAnd(this, ~LATCHED) & LATCHED) != 0;
        }

        @Arbiter
        public void left(ZZZ_Result r) {
            r.r3 = (word & LATCHED) != 0;
        }
    }

    /** The latch is cleared when the handler returns, not before it starts. */
    @JCStressTest
    @Outcome(id = "false, 1", expect = ACCEPTABLE, desc = "Dropped; the delivery covers it.")
    @Outcome(id = "true, 0", expect = ACCEPTABLE, desc = "Latched anew behind the delivery.")
    @Outcome(id = "true, 1", expect = ACCEPTABLE, desc = "Latched anew; its data were early.")
    @Outcome(
            id = "false, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost: dropped behind the look of the handler.")
    @State
    public static class BrokenClearAtReturn {
        private static final VarHandle LATCHED;

        static {
            try {
                LATCHED =
                        MethodHandles.lookup()
                                .findVarHandle(BrokenClearAtReturn.class, "latched", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int latched = 1;
        private int payload;

        @Actor
        public void device(ZI_Result r) {
            payload = 1;
            r.r1 = (int) LATCHED.getAndBitwiseOr(this, 1) == 0;
        }

        @Actor
        public void cpu(ZI_Result r) {
            r.r2 = payload;
            LATCHED.getAndSet(this, 0);
        }
    }
}
