package org.irqlab.lab.zoo.lock;

import org.irqlab.lab.zoo.rig.BugEntry;

import java.util.List;

/** The bugs of this package. */
public final class LockBugs {
    private LockBugs() {}

    public static List<BugEntry> all() {
        return List.of(
                new LockWithoutIrqsave(),
                new PriorityInversion(),
                new SleepInAtomic(),
                new TwoVectors());
    }
}
