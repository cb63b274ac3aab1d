package org.irqlab.hw.intc.apic;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.CpuKick;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * J-02 at the controller: the CPU declares itself halted and looks again, a device requests and
 * looks for a halted CPU. One of them must see the other.
 */
public class HaltKickStress {
    private static final int VECTOR = 0x41;

    /** Counts kicks; also a device that finds the CPU halted. */
    private static final class Kicks extends AtomicInteger implements CpuKick {
        private static final long serialVersionUID = 1;

        @Override
        public void kick() {
            incrementAndGet();
        }
    }

    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Halted, then kicked.")
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "Saw the request and stayed awake.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Both saw: a kick that does no harm.")
    @Outcome(id = "true, false", expect = FORBIDDEN, desc = "Asleep with a vector requested.")
    @State
    public static class HaltAgainstRequest {
        private final Kicks kicks = new Kicks();
        private final LocalApic apic = new ApicController(List.of(kicks)).port(0);

        @Actor
        public void device() {
            apic.accept(VECTOR);
        }

        @Actor
        public void cpu(ZZ_Result r) {
            r.r1 = apic.tryHalt();
        }

        @Arbiter
        public void kicked(ZZ_Result r) {
            r.r2 = kicks.get() != 0;
        }
    }

    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "One of two requesters kicked.")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "Asleep with two vectors requested.")
    @Outcome(id = "2", expect = FORBIDDEN, desc = "Kicked twice for one halt.")
    @State
    public static class OneKickPerHalt {
        private final Kicks kicks = new Kicks();
        private final LocalApic apic = new ApicController(List.of(kicks)).port(0);

        public OneKickPerHalt() {
            apic.tryHalt();
        }

        @Actor
        public void first() {
            apic.accept(VECTOR);
        }

        @Actor
        public void second() {
            apic.accept(VECTOR + 1);
        }

        @Arbiter
        public void kicked(I_Result r) {
            r.r1 = kicks.get();
        }
    }

    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Halted, then kicked.")
    @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "Saw the request and stayed awake.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Both saw: a kick that does no harm.")
    @Outcome(
            id = "true, false",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost wake-up: the store of the halted flag passed the load of the requests.")
    @State
    public static class BrokenReleaseHalt {
        private static final VarHandle HALTED;
        private static final VarHandle IRR;

        static {
            try {
                var lookup = MethodHandles.lookup();
                HALTED = lookup.findVarHandle(BrokenReleaseHalt.class, "halted", int.class);
                IRR = lookup.findVarHandle(BrokenReleaseHalt.class, "irr", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int halted;
        private int irr;
        private boolean kicked;

        @Actor
        public void device() {
            IRR.getAndBitwiseOr(this, 2);
            kicked = (int) HALTED.getVolatile(this) != 0;
        }

        @Actor
        public void cpu(ZZ_Result r) {
            HALTED.setRelease(this, 1);
            r.r1 = (int) IRR.getOpaque(this) == 0;
        }

        @Arbiter
        public void kicked(ZZ_Result r) {
            r.r2 = kicked;
        }
    }

    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "One of two requesters kicked.")
    @Outcome(
            id = "2",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Kicked twice: both saw the flag before either cleared it.")
    @State
    public static class BrokenTestThenClear {
        private final Kicks kicks = new Kicks();
        private volatile boolean halted = true;

        private void accept() {
            if (halted) {
                halted = false;
                kicks.kick();
            }
        }

        @Actor
        public void first() {
            accept();
        }

        @Actor
        public void second() {
            accept();
        }

        @Arbiter
        public void kicked(I_Result r) {
            r.r1 = kicks.get();
        }
    }
}
