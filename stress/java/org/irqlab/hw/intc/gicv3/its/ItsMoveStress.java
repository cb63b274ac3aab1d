package org.irqlab.hw.intc.gicv3.its;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.gicv3.its.ItsStressRig.OneLpi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.LII_Result;

import java.util.concurrent.atomic.AtomicInteger;

/** A message meets the command that moves its event to another redistributor. */
public class ItsMoveStress {
    @JCStressTest
    @Outcome(id = "LATCHED, 0, 1", expect = ACCEPTABLE, desc = "Pending where the event leads.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, doubled, or behind the MOVI.")
    @State
    public static class MessageAgainstMovi {
        private final ItsStressRig rig = new ItsStressRig();

        @Actor
        public void device(LII_Result r) {
            r.r1 = rig.fire();
        }

        @Actor
        public void kernel() {
            rig.execute(ItsCommands.movi(ItsStressRig.DEVICE, ItsStressRig.EVENT, 1));
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = rig.old.pending();
            r.r3 = rig.moved.pending();
        }
    }

    @JCStressTest
    @Outcome(id = "LATCHED, 0, 1", expect = ACCEPTABLE, desc = "Pending where the event leads.")
    @Outcome(id = "COALESCED, 0, 1", expect = ACCEPTABLE, desc = "Merged with what was pending.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, doubled, or behind the MOVI.")
    @State
    public static class SecondMessageAgainstMovi {
        private final ItsStressRig rig = new ItsStressRig();

        public SecondMessageAgainstMovi() {
            rig.fire();
        }

        @Actor
        public void device(LII_Result r) {
            r.r1 = rig.fire();
        }

        @Actor
        public void kernel() {
            rig.execute(ItsCommands.movi(ItsStressRig.DEVICE, ItsStressRig.EVENT, 1));
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = rig.old.pending();
            r.r3 = rig.moved.pending();
        }
    }

    /** What SYNC promises: the old CPU takes nothing more, whenever the message came. */
    @JCStressTest
    @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "Pending where the event leads.")
    @Outcome(expect = FORBIDDEN, desc = "The old CPU took it after MOVI and SYNC; or it is lost.")
    @State
    public static class OldCpuAfterSync {
        private final ItsStressRig rig = new ItsStressRig();

        @Actor
        public void device() {
            rig.fire();
        }

        @Actor
        public void kernel(III_Result r) {
            rig.execute(ItsCommands.movi(ItsStressRig.DEVICE, ItsStressRig.EVENT, 1));
            rig.execute(ItsCommands.sync(0));
            r.r1 = rig.old.clear(ItsStressRig.LPI) ? 1 : 0;
        }

        @Arbiter
        public void end(III_Result r) {
            r.r2 = rig.old.pending();
            r.r3 = rig.moved.pending();
        }
    }

    /** The service's own entry, with the redistributors beside it. */
    private abstract static class Broken {
        final OneLpi old = new OneLpi();
        final OneLpi moved = new OneLpi();
        final OneLpi[] redistributors = {old, moved};
        final ItsEntry entry = new ItsEntry();

        Broken() {
            entry.retarget(ItsEntry.target(0, ItsStressRig.LPI));
        }

        final FireOutcome fire() {
            long mapping = entry.enter();
            FireOutcome outcome =
                    redistributors[ItsEntry.redistributor(mapping)].trigger(ItsStressRig.LPI);
            entry.leave(mapping);
            return outcome;
        }

        final void movePending() {
            if (old.clear(ItsStressRig.LPI)) {
                moved.trigger(ItsStressRig.LPI);
            }
        }
    }

    @JCStressTest
    @Outcome(id = "LATCHED, 0, 1", expect = ACCEPTABLE, desc = "Pending where the event leads.")
    @Outcome(
            id = "LATCHED, 1, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Left behind: the message was translated but not there yet.")
    @State
    public static class BrokenMoveWithoutWaiting extends Broken {
        @Actor
        public void device(LII_Result r) {
            r.r1 = fire();
        }

        @Actor
        public void kernel() {
            entry.exchange(ItsEntry.target(1, ItsStressRig.LPI));
            movePending();
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = old.pending();
            r.r3 = moved.pending();
        }
    }

    @JCStressTest
    @Outcome(id = "LATCHED, 0, 1", expect = ACCEPTABLE, desc = "Pending where the event leads.")
    @Outcome(
            id = "LATCHED, 1, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Left behind: it came between the look at the pending bit and the new target.")
    @State
    public static class BrokenMoveBeforeRetarget extends Broken {
        @Actor
        public void device(LII_Result r) {
            r.r1 = fire();
        }

        @Actor
        public void kernel() {
            movePending();
            entry.retarget(ItsEntry.target(1, ItsStressRig.LPI));
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = old.pending();
            r.r3 = moved.pending();
        }
    }

    @JCStressTest
    @Outcome(id = "LATCHED, 0, 1", expect = ACCEPTABLE, desc = "Pending where the event leads.")
    @Outcome(
            id = "LATCHED, 1, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Left behind: it had read the target, but was not yet counted.")
    @State
    public static class BrokenReadThenEnter {
        private final OneLpi[] redistributors = {new OneLpi(), new OneLpi()};
        private volatile int target;
        private final AtomicInteger inside = new AtomicInteger();

        @Actor
        public void device(LII_Result r) {
            int seen = target;
            inside.incrementAndGet();
            r.r1 = redistributors[seen].trigger(ItsStressRig.LPI);
            inside.decrementAndGet();
        }

        @Actor
        public void kernel() {
            target = 1;
            while (inside.get() != 0) {
                Thread.onSpinWait();
            }
            if (redistributors[0].clear(ItsStressRig.LPI)) {
                redistributors[1].trigger(ItsStressRig.LPI);
            }
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = redistributors[0].pending();
            r.r3 = redistributors[1].pending();
        }
    }
}
