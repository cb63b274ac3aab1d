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
import org.openjdk.jcstress.infra.results.LII_Result;
import org.openjdk.jcstress.infra.results.LI_Result;

/** A message meets the command that takes its event's entry away. */
public class ItsDiscardStress {
    @JCStressTest
    @Outcome(id = "LATCHED, 0, 1", expect = ACCEPTABLE, desc = "Came first, and was discarded.")
    @Outcome(id = "DROPPED_NO_TARGET, 0, 0", expect = ACCEPTABLE, desc = "Found no entry.")
    @Outcome(expect = FORBIDDEN, desc = "Pending without an entry, or gone without a count.")
    @State
    public static class MessageAgainstDiscard {
        private final ItsStressRig rig = new ItsStressRig();

        @Actor
        public void device(LII_Result r) {
            r.r1 = rig.fire();
        }

        @Actor
        public void kernel() {
            rig.execute(ItsCommands.discard(ItsStressRig.DEVICE, ItsStressRig.EVENT));
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = rig.old.pending();
            r.r3 = (int) rig.its.cleared();
        }
    }

    @JCStressTest
    @Outcome(id = "LATCHED, 1", expect = ACCEPTABLE, desc = "Came first; MAPD clears nothing.")
    @Outcome(id = "DROPPED_NO_TARGET, 0", expect = ACCEPTABLE, desc = "Found no table.")
    @Outcome(expect = FORBIDDEN, desc = "The outcome and the pending bit disagree.")
    @State
    public static class MessageAgainstMapd {
        private final ItsStressRig rig = new ItsStressRig();

        @Actor
        public void device(LI_Result r) {
            r.r1 = rig.fire();
        }

        @Actor
        public void kernel(LI_Result r) {
            rig.execute(ItsCommands.unmapd(ItsStressRig.DEVICE));
            // At once: after MAPD no message is on its way by the old table.
            r.r2 = rig.old.pending();
        }
    }

    /** The INTID is given to another event while a message of the old one is about. */
    @JCStressTest
    @Outcome(id = "LATCHED, 1", expect = ACCEPTABLE, desc = "Came first, and was discarded.")
    @Outcome(id = "DROPPED_NO_TARGET, 1", expect = ACCEPTABLE, desc = "Found no entry.")
    @Outcome(expect = FORBIDDEN, desc = "The new event met a bit of the old one, or lost its own.")
    @State
    public static class IntIdGivenAway {
        private final ItsStressRig rig = new ItsStressRig();

        @Actor
        public void device(LI_Result r) {
            r.r1 = rig.fire();
        }

        @Actor
        public void kernel(LI_Result r) {
            rig.execute(ItsCommands.discard(ItsStressRig.DEVICE, ItsStressRig.EVENT));
            rig.execute(
                    ItsCommands.mapti(
                            ItsStressRig.DEVICE, ItsStressRig.EVENT + 1, ItsStressRig.LPI, 0));
            // The first message of the new event; INT has the outcome of a message.
            rig.execute(ItsCommands.interrupt(ItsStressRig.DEVICE, ItsStressRig.EVENT + 1));
            r.r2 = (int) rig.its.interrupts().of(FireOutcome.LATCHED);
        }
    }

    @JCStressTest
    @Outcome(id = "LATCHED, 0, 1", expect = ACCEPTABLE, desc = "Came first, and was discarded.")
    @Outcome(id = "DROPPED_NO_TARGET, 0, 0", expect = ACCEPTABLE, desc = "Found no entry.")
    @Outcome(
            id = "LATCHED, 1, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Pending without an entry: the message was translated but not there yet.")
    @State
    public static class BrokenDiscardWithoutWaiting {
        private final OneLpi redistributor = new OneLpi();
        private final ItsEntry entry = new ItsEntry();
        private int cleared;

        public BrokenDiscardWithoutWaiting() {
            entry.retarget(ItsEntry.target(0, ItsStressRig.LPI));
        }

        @Actor
        public void device(LII_Result r) {
            long mapping = entry.enter();
            r.r1 =
                    ItsEntry.mapped(mapping)
                            ? redistributor.trigger(ItsStressRig.LPI)
                            : FireOutcome.DROPPED_NO_TARGET;
            entry.leave(mapping);
        }

        @Actor
        public void kernel() {
            entry.exchange(ItsEntry.UNMAPPED);
            cleared = redistributor.clear(ItsStressRig.LPI) ? 1 : 0;
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = redistributor.pending();
            r.r3 = cleared;
        }
    }

    @JCStressTest
    @Outcome(id = "LATCHED, 1", expect = ACCEPTABLE, desc = "Came first.")
    @Outcome(id = "DROPPED_NO_TARGET, 1", expect = ACCEPTABLE, desc = "Found no entry.")
    @Outcome(
            id = "LATCHED, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost: the latecomer's repair took the bit of the event that has the INTID now.")
    @Outcome(
            id = "COALESCED, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost: it joined the new event's request, then repaired that away.")
    @State
    public static class BrokenRepairAfterDiscard {
        private final OneLpi redistributor = new OneLpi();
        private volatile boolean mapped = true;

        @Actor
        public void device(LI_Result r) {
            r.r1 = mapped ? redistributor.trigger(ItsStressRig.LPI) : FireOutcome.DROPPED_NO_TARGET;
            if (r.r1 != FireOutcome.DROPPED_NO_TARGET && !mapped) {
                redistributor.clear(ItsStressRig.LPI);
            }
        }

        @Actor
        public void kernel() {
            mapped = false;
            redistributor.clear(ItsStressRig.LPI);
            // Here the INTID is given to another event, which fires.
            redistributor.trigger(ItsStressRig.LPI);
        }

        @Arbiter
        public void end(LI_Result r) {
            r.r2 = redistributor.pending();
        }
    }
}
