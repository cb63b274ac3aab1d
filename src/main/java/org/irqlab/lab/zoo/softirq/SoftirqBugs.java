package org.irqlab.lab.zoo.softirq;

import org.irqlab.lab.zoo.rig.BugEntry;

import java.util.List;

/** The bugs of this package. */
public final class SoftirqBugs {
    private SoftirqBugs() {}

    public static List<BugEntry> all() {
        return List.of(
                new DisabledTasklet(),
                new KillOfSelfScheduling(),
                new KsoftirqdStarved(),
                new LateUnseen(),
                new LostWakeUp(),
                new RealTimeSpin());
    }
}
