package org.irqlab.lab.zoo.net;

import org.irqlab.lab.zoo.rig.BugEntry;

import java.util.List;

/** The bugs of this package. */
public final class NetBugs {
    private NetBugs() {}

    public static List<BugEntry> all() {
        return List.of(new ForwardingLoop(), new UnmaskRace(), new CoalescingMismatch());
    }
}
