package org.irqlab.lab.zoo.irq;

import org.irqlab.lab.zoo.rig.BugEntry;

import java.util.List;

/** The bugs of this package. */
public final class InterruptBugs {
    private InterruptBugs() {}

    public static List<BugEntry> all() {
        return List.of(new UnbalancedEnable());
    }
}
