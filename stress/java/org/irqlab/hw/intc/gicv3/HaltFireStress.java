package org.irqlab.hw.intc.gicv3;

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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * J-02 at the controller: the CPU hangs up its bell and looks at the hints again, a device sets a
 * hint and looks at the bell. One of them must see the other.
 */
public class HaltFireStress {
    private static final int SPI = SmallGic.SPI;

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
    @Outcome(id = "true, false", expect = FORBIDDEN, desc = "Asleep with a interrupt pending.")
    @State
    public static class HaltAgainstRequest {
        private final Kicks kicks = new Kicks();
        private final GicController gic = SmallGic.of(kicks);

        @Actor
        public void device() {
            gic.distributor().setPending(SPI);
        }

        @Actor
        public void cpu(ZZ_Result r) {
            r.r1 = gic.port(0).tryHalt();
        }

        @Arbiter
        public void kicked(ZZ_Result r) {
            r.r2 = kicks.get() != 0;
        }
    }

    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "One of two requesters kicked.")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "Asleep with two interrupts pending.")
    @Outcome(id = "2", expect = FORBIDDEN, desc = "Kicked twice for one halt.")
    @State
    public static class OneKickPerHalt {
        private final Kicks kicks = new Kicks();
        private final GicController gic = SmallGic.of(kicks);

        public OneKickPerHalt() {
            gic.port(0).tryHalt();
        }

        @Actor
        public void first() {
            gic.distributor().setPending(SPI);
        }

        @Actor
        public void second() {
            gic.distributor().setPending(SPI + 1);
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
            desc = "Lost wake-up: the store of the halted flag passed the load of the hints.")
    @State
    public static class BrokenReleaseHalt {
        private static final VarHandle BELL;
        private static final VarHandle HINT;

        static {
            try {
                var lookup = MethodHandles.lookup();
                BELL = lookup.findVarHandle(BrokenReleaseHalt.class, "bell", int.class);
                HINT = lookup.findVarHandle(BrokenReleaseHalt.class, "hint", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int bell;
        private int hint;
        private boolean kicked;

        @Actor
        public void device() {
            HINT.getAndBitwiseOr(this, 2);
            kicked = (int) BELL.getVolatile(this) != 0;
        }

        @Actor
        public void cpu(ZZ_Result r) {
            BELL.setRelease(this, 1);
            r.r1 = (int) HINT.getOpaque(this) == 0;
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
