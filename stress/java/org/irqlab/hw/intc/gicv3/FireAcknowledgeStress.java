package org.irqlab.hw.intc.gicv3;

import static org.irqlab.hw.intc.FireOutcome.COALESCED;
import static org.irqlab.hw.intc.FireOutcome.LATCHED;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.FireOutcome;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LII_Result;
import org.openjdk.jcstress.infra.results.LI_Result;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * J-01 where the pending state and the hint that leads to it are two words: a device fires an SPI
 * that is pending while the CPU takes it. What is pending afterwards must be found.
 */
public class FireAcknowledgeStress {
    @JCStressTest
    @Outcome(id = "COALESCED, 40, -1", expect = ACCEPTABLE, desc = "Joined the delivery.")
    @Outcome(id = "LATCHED, 40, 40", expect = ACCEPTABLE, desc = "Fired after it: a second one.")
    @Outcome(expect = FORBIDDEN, desc = "The outcome promised more or fewer deliveries.")
    @State
    public static class FireAgainstTake {
        private final GicController gic = SmallGic.ofTwo();

        public FireAgainstTake() {
            gic.distributor().setPending(SmallGic.SPI);
        }

        @Actor
        public void device(LII_Result r) {
            r.r1 = gic.distributor().setPending(SmallGic.SPI);
        }

        @Actor
        public void cpu(LII_Result r) {
            r.r2 = gic.port(0).acknowledge();
            gic.port(0).endOfInterrupt();
        }

        @Arbiter
        public void next(LII_Result r) {
            r.r3 = gic.port(0).acknowledge();
        }
    }

    @JCStressTest
    @Outcome(id = "LATCHED, 40, -1", expect = ACCEPTABLE, desc = "Taken at once.")
    @Outcome(id = "LATCHED, -1, 40", expect = ACCEPTABLE, desc = "Came too late, found next time.")
    @Outcome(expect = FORBIDDEN, desc = "Lost: pending, and nobody will look.")
    @State
    public static class FireAgainstQuieten {
        private final GicController gic = SmallGic.ofTwo();

        public FireAgainstQuieten() {
            gic.port(0).resumed();
        }

        @Actor
        public void device(LII_Result r) {
            r.r1 = gic.distributor().setPending(SmallGic.SPI);
        }

        @Actor
        public void cpu(LII_Result r) {
            r.r2 = gic.port(0).acknowledge();
            gic.port(0).endOfInterrupt();
        }

        @Arbiter
        public void next(LII_Result r) {
            r.r3 = gic.port(0).acknowledge();
        }
    }

    /** The word is the truth, the hint leads to it; a hint that is set is not set again. */
    static class Model {
        static final VarHandle WORD;
        static final VarHandle HINT;

        static {
            try {
                var lookup = MethodHandles.lookup();
                WORD = lookup.findVarHandle(Model.class, "word", int.class);
                HINT = lookup.findVarHandle(Model.class, "hint", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        int word = 1;
        int hint = 1;

        FireOutcome fire() {
            FireOutcome outcome = (int) WORD.getAndBitwiseOr(this, 1) == 0 ? LATCHED : COALESCED;
            if ((int) HINT.getVolatile(this) == 0) {
                HINT.setVolatile(this, 1);
            }
            return outcome;
        }

        /** -1 if it is pending and has no hint. */
        int found() {
            boolean pending = (int) WORD.getVolatile(this) != 0;
            return pending && (int) HINT.getVolatile(this) == 0 ? -1 : 0;
        }
    }

    @JCStressTest
    @Outcome(id = "COALESCED, 0", expect = ACCEPTABLE, desc = "Joined the delivery.")
    @Outcome(id = "LATCHED, 0", expect = ACCEPTABLE, desc = "Fired after it, with a hint.")
    @Outcome(expect = FORBIDDEN, desc = "Lost: pending without a hint.")
    @State
    public static class ModelClearsBeforeItReads extends Model {
        @Actor
        public void device(LI_Result r) {
            r.r1 = fire();
        }

        @Actor
        public void cpu() {
            HINT.getAndBitwiseAnd(this, 0);
            WORD.getAndBitwiseAnd(this, 0);
        }

        @Arbiter
        public void left(LI_Result r) {
            r.r2 = found();
        }
    }

    @JCStressTest
    @Outcome(id = "COALESCED, 0", expect = ACCEPTABLE, desc = "Joined the delivery.")
    @Outcome(id = "LATCHED, 0", expect = ACCEPTABLE, desc = "Fired after it, with a hint.")
    @Outcome(
            id = "LATCHED, -1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost: the hint of the second fire was cleared for the first.")
    @State
    public static class BrokenClearAfterTake extends Model {
        @Actor
        public void device(LI_Result r) {
            r.r1 = fire();
        }

        @Actor
        public void cpu() {
            WORD.getAndBitwiseAnd(this, 0);
            HINT.getAndBitwiseAnd(this, 0);
        }

        @Arbiter
        public void left(LI_Result r) {
            r.r2 = found();
        }
    }

    @JCStressTest
    @Outcome(id = "LATCHED, 0", expect = ACCEPTABLE, desc = "Pending, with a hint.")
    @Outcome(
            id = "LATCHED, -1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost: the owner's load of the word passed its clearing of the hint.")
    @State
    public static class BrokenClearByRelease extends Model {
        public BrokenClearByRelease() {
            word = 0;
        }

        @Actor
        public void device(LI_Result r) {
            r.r1 = fire();
        }

        /** Drops a hint that it takes for stale. */
        @Actor
        public void cpu() {
            HINT.setRelease(this, 0);
            if ((int) WORD.getOpaque(this) != 0) {
                HINT.setVolatile(this, 1);
            }
        }

        @Arbiter
        public void left(LI_Result r) {
            r.r2 = found();
        }
    }
}
