package org.irqlab.lab.zoo.core;

import org.irqlab.lab.zoo.rig.BugEntry;

import java.util.List;

/** The bugs of this package. */
public final class CoreBugs {
    private CoreBugs() {}

    public static List<BugEntry> all() {
        return List.of(new FaultLoop(), new CrossCallDeadlock(), new TimerDrift());
    }
}
