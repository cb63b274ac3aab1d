package org.irqlab.arch.planted.hw.intc.gicv3;

import org.irqlab.arch.planted.hw.intc.apic.ApicManager;

/** A controller that knows the other one. */
public final class ApicFriend {
    public ApicManager friend;
}
