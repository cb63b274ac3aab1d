package org.irqlab.lab.zoo.irq;

import org.irqlab.lab.zoo.rig.BugEntry;

import java.util.List;

/** The bugs of this package. */
public final class InterruptBugs {
    private InterruptBugs() {}

    public static List<BugEntry> all() {
        return List.of(
                new AffinityImbalance(),
                new DisableInHandler(),
                new DisableWhileActive(),
                new EnableBeforeBound(),
                new EndOutOfOrder(),
                new EndWithoutAcknowledge(),
                new FreeWhileRunning(),
                new LevelStorm(),
                new LongTopHalf(),
                new LostEdge(),
                new MissedDeviceAck(),
                new MissedEnd(),
                new MissingOneshot(),
                new RefusedInProgress(),
                new RetargetRace(),
                new ShortPulse(),
                new StaleVector(),
                new UnbalancedEnable(),
                new VectorExhaustion(),
                new WrongReturn());
    }
}
