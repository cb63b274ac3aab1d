package org.irqlab.arch.planted.kernel.irq;

import org.irqlab.arch.planted.hw.intc.apic.ApicManager;

import java.util.concurrent.locks.ReentrantLock;

/** Kernel code that knows a controller by its class, and locks on the interrupt path. */
public final class ApicUser {
    public ApicManager apic;
    private final ReentrantLock lock = new ReentrantLock();
}
