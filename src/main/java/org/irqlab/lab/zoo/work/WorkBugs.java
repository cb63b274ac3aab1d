package org.irqlab.lab.zoo.work;

import org.irqlab.lab.zoo.rig.BugEntry;

import java.util.List;

/** The bugs of this package. */
public final class WorkBugs {
    private WorkBugs() {}

    public static List<BugEntry> all() {
        return List.of(
                new CpuHog(),
                new FlushDeadlock(),
                new InitWhileQueued(),
                new MaxActiveStarvation(),
                new NoRescuer(),
                new StrandedWork());
    }
}
