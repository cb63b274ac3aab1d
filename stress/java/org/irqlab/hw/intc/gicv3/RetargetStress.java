package org.irqlab.hw.intc.gicv3;

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

/**
 * J-19 at the distributor: an SPI moves to another CPU while it is fired, or taken by the old one.
 */
public class RetargetStress {
    private static final int SPI = SmallGic.SPI;

    @JCStressTest
    @Outcome(id = "-1, 40", expect = ACCEPTABLE, desc = "Delivered on the new CPU, once.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or delivered on the CPU that it has left.")
    @State
    public static class FireAgainstRetarget {
        private final GicController gic = SmallGic.ofTwo();

        @Actor
        public void device() {
            gic.distributor().setPending(SPI);
        }

        @Actor
        public void guest() {
            gic.distributor().route(SPI, 1);
        }

        @Arbiter
        public void take(II_Result r) {
            r.r1 = gic.port(0).acknowledge();
            r.r2 = gic.port(1).acknowledge();
        }
    }

    @JCStressTest
    @Outcome(id = "40, -1", expect = ACCEPTABLE, desc = "Taken by the old CPU before it moved.")
    @Outcome(id = "-1, 40", expect = ACCEPTABLE, desc = "Moved before it was taken.")
    @Outcome(id = "40, 40", expect = FORBIDDEN, desc = "Delivered twice, active on two CPUs.")
    @Outcome(id = "-1, -1", expect = FORBIDDEN, desc = "Lost on the way.")
    @State
    public static class TakeAgainstRetarget {
        private final GicController gic = SmallGic.ofTwo();

        public TakeAgainstRetarget() {
            gic.distributor().setPending(SPI);
        }

        @Actor
        public void oldCpu(II_Result r) {
            r.r1 = gic.port(0).acknowledge();
        }

        @Actor
        public void newCpu(II_Result r) {
            gic.distributor().route(SPI, 1);
            r.r2 = gic.port(1).acknowledge();
        }
    }

    @JCStressTest
    @Outcome(id = "40, 4", expect = ACCEPTABLE, desc = "Taken before it was disabled.")
    @Outcome(id = "-1, 0", expect = ACCEPTABLE, desc = "Disabled before it was taken.")
    @Outcome(id = "40, 0", expect = FORBIDDEN, desc = "Taken after the disabling had returned.")
    @State
    public static class TakeAgainstDisable {
        private final GicController gic = SmallGic.ofTwo();

        public TakeAgainstDisable() {
            gic.distributor().setPending(SPI);
        }

        @Actor
        public void cpu(II_Result r) {
            r.r1 = gic.port(0).acknowledge();
        }

        @Actor
        public void guest(II_Result r) {
            gic.distributor().disable(SPI);
            r.r2 = gic.distributor().spis().word(SPI) & InterruptWord.ACTIVE;
        }
    }

    /** Pending state and target as two words. */
    @JCStressTest
    @Outcome(id = "40, -1", expect = ACCEPTABLE, desc = "Taken by the old CPU before it moved.")
    @Outcome(id = "-1, 40", expect = ACCEPTABLE, desc = "Moved before it was taken.")
    @Outcome(
            id = "40, 40",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Delivered twice: the old CPU had looked at the target and then took.")
    @State
    public static class BrokenTargetApart {
        private static final VarHandle PENDING;
        private static final VarHandle TARGET;

        static {
            try {
                var lookup = MethodHandles.lookup();
                PENDING = lookup.findVarHandle(BrokenTargetApart.class, "pending", int.class);
                TARGET = lookup.findVarHandle(BrokenTargetApart.class, "target", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int pending = 1;
        private int target;

        private int acknowledge(int cpu) {
            if ((int) TARGET.getVolatile(this) != cpu || (int) PENDING.getVolatile(this) == 0) {
                return -1;
            }
            PENDING.setVolatile(this, 0);
            return SPI;
        }

        @Actor
        public void oldCpu(II_Result r) {
            r.r1 = acknowledge(0);
        }

        @Actor
        public void newCpu(II_Result r) {
            TARGET.setVolatile(this, 1);
            r.r2 = acknowledge(1);
        }
    }

    /** The fire offers to the target that it read before it changed the state. */
    @JCStressTest
    @Outcome(id = "-1, 40", expect = ACCEPTABLE, desc = "Delivered on the new CPU.")
    @Outcome(
            id = "-1, -1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost: offered to the old CPU only, and the move saw nothing pending.")
    @State
    public static class BrokenTargetReadBefore {
        private static final VarHandle WORD;
        private static final VarHandle HINT;

        static {
            try {
                WORD =
                        MethodHandles.lookup()
                                .findVarHandle(BrokenTargetReadBefore.class, "word", int.class);
                HINT = MethodHandles.arrayElementVarHandle(int[].class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        // Bit 0 pending, bit 1 the target.
        private int word;
        private final int[] hints = new int[2];

        @Actor
        public void device() {
            int target = (int) WORD.getVolatile(this) >> 1;
            WORD.getAndBitwiseOr(this, 1);
            HINT.setVolatile(hints, target, 1);
        }

        @Actor
        public void guest() {
            if (((int) WORD.getAndBitwiseOr(this, 2) & 1) != 0) {
                HINT.setVolatile(hints, 1, 1);
            }
        }

        private int acknowledge(int cpu) {
            boolean hinted = (int) HINT.getVolatile(hints, cpu) != 0;
            return hinted && (int) WORD.getVolatile(this) == (cpu << 1 | 1) ? SPI : -1;
        }

        @Arbiter
        public void take(II_Result r) {
            r.r1 = acknowledge(0);
            r.r2 = acknowledge(1);
        }
    }
}
