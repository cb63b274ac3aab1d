package org.irqlab.hw.intc.gicv3.its;

import static org.irqlab.hw.intc.FireOutcome.COALESCED;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.gicv3.its.ItsStressRig.OneLpi;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.LI_Result;

/** I-16: what a device wrote before its message is there for the CPU that takes the moved LPI. */
public class ItsPayloadStress {
    @JCStressTest
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not delivered yet.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Delivered with its payload.")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "Delivered ahead of its payload.")
    @State
    public static class MovedMessage {
        private final ItsStressRig rig = new ItsStressRig();
        private int payload;

        @Actor
        public void device() {
            payload = 1;
            rig.fire();
        }

        @Actor
        public void kernelAndNewCpu(I_Result r) {
            rig.execute(ItsCommands.movi(ItsStressRig.DEVICE, ItsStressRig.EVENT, 1));
            r.r1 = rig.moved.clear(ItsStressRig.LPI) ? payload : -1;
        }
    }

    @JCStressTest
    @Outcome(id = "COALESCED, 1", expect = ACCEPTABLE, desc = "Joined a delivery that sees it.")
    @Outcome(id = "LATCHED, 0", expect = ACCEPTABLE, desc = "A second delivery will see it.")
    @Outcome(id = "LATCHED, 1", expect = ACCEPTABLE, desc = "Seen early; delivered again.")
    @Outcome(id = "COALESCED, 0", expect = FORBIDDEN, desc = "No delivery will ever see it.")
    @State
    public static class CoalescedMessage {
        private final ItsStressRig rig = new ItsStressRig();
        private int payload;

        public CoalescedMessage() {
            rig.fire();
        }

        @Actor
        public void device(LI_Result r) {
            payload = 1;
            r.r1 = rig.fire();
        }

        @Actor
        public void kernelAndNewCpu(LI_Result r) {
            rig.execute(ItsCommands.movi(ItsStressRig.DEVICE, ItsStressRig.EVENT, 1));
            rig.moved.clear(ItsStressRig.LPI);
            r.r2 = payload;
        }
    }

    @JCStressTest
    @Outcome(id = "COALESCED, 1", expect = ACCEPTABLE, desc = "Joined a delivery that sees it.")
    @Outcome(id = "LATCHED, 0", expect = ACCEPTABLE, desc = "A second delivery will see it.")
    @Outcome(id = "LATCHED, 1", expect = ACCEPTABLE, desc = "Seen early; delivered again.")
    @Outcome(
            id = "COALESCED, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost data: the mapping and the bit were only read, the payload on its way.")
    @State
    public static class BrokenReadWithoutEntering {
        private final OneLpi old = new OneLpi();
        private final OneLpi moved = new OneLpi();
        private final OneLpi[] redistributors = {old, moved};
        private volatile int target;
        private int payload;

        public BrokenReadWithoutEntering() {
            old.trigger(ItsStressRig.LPI);
        }

        private FireOutcome fire() {
            OneLpi redistributor = redistributors[target];
            return redistributor.pending() != 0
                    ? COALESCED
                    : redistributor.trigger(ItsStressRig.LPI);
        }

        @Actor
        public void device(LI_Result r) {
            payload = 1;
            r.r1 = fire();
        }

        @Actor
        public void kernelAndNewCpu(LI_Result r) {
            target = 1;
            if (old.clear(ItsStressRig.LPI)) {
                moved.trigger(ItsStressRig.LPI);
            }
            moved.clear(ItsStressRig.LPI);
            r.r2 = payload;
        }
    }
}
