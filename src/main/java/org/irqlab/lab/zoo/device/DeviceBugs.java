package org.irqlab.lab.zoo.device;

import org.irqlab.lab.zoo.rig.BugEntry;

import java.util.List;

/** The bugs of this package. */
public final class DeviceBugs {
    private DeviceBugs() {}

    public static List<BugEntry> all() {
        return List.of(new UnmaskedEntry(), new FalseSharing(), new EarlyInterrupt());
    }
}
