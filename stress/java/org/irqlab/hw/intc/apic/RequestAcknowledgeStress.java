package org.irqlab.hw.intc.apic;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * J-01: a device requests vector 0x42 while the CPU acknowledges; vector 0x41, in the same word, is
 * requested already. What is not taken must still be requested.
 */
public class RequestAcknowledgeStress {
    private static final int TAKEN_FIRST = 0x41;
    private static final int REQUESTED = 0x42;

    @JCStressTest
    @Outcome(id = "65, 4", expect = ACCEPTABLE, desc = "0x41 taken, 0x42 waits.")
    @Outcome(id = "66, 2", expect = ACCEPTABLE, desc = "0x42 came first and is taken, 0x41 waits.")
    @Outcome(expect = FORBIDDEN, desc = "An interrupt is lost, or taken and still requested.")
    @State
    public static class Acknowledge {
        private final LocalApic apic = new ApicController(List.of(() -> {})).port(0);

        public Acknowledge() {
            apic.accept(TAKEN_FIRST);
        }

        @Actor
        public void device() {
            apic.accept(REQUESTED);
        }

        @Actor
        public void cpu(II_Result r) {
            r.r1 = apic.acknowledge();
        }

        @Arbiter
        public void left(II_Result r) {
            r.r2 = apic.irr(2);
        }
    }

    @JCStressTest
    @Outcome(id = "65, 4", expect = ACCEPTABLE, desc = "0x41 taken, 0x42 waits.")
    @Outcome(id = "66, 2", expect = ACCEPTABLE, desc = "0x42 taken, 0x41 waits.")
    @Outcome(
            id = "65, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost: the CPU wrote back a word that it had read before the request.")
    @State
    public static class BrokenPlainClear {
        private static final VarHandle IRR;

        static {
            try {
                IRR =
                        MethodHandles.lookup()
                                .findVarHandle(BrokenPlainClear.class, "irr", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int irr = 1 << (TAKEN_FIRST & 31);

        @Actor
        public void device() {
            IRR.getAndBitwiseOr(this, 1 << (REQUESTED & 31));
        }

        @Actor
        public void cpu(II_Result r) {
            int seen = (int) IRR.getVolatile(this);
            int bit = Integer.highestOneBit(seen);
            IRR.setVolatile(this, seen & ~bit);
            r.r1 = 64 + Integer.numberOfTrailingZeros(bit);
        }

        @Arbiter
        public void left(II_Result r) {
            r.r2 = (int) IRR.getVolatile(this);
        }
    }
}
