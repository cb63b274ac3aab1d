package org.irqlab.arch.planted.kernel.irq;

import org.irqlab.arch.planted.hw.intc.apic.ApicManager;
import org.irqlab.arch.planted.kernel.irq.line.Upward;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Kernel code that knows a controller by its class, locks on the interrupt path, and closes a cycle
 * with a package below its own.
 */
public final class ApicUser {
    public ApicManager apic;
    public Upward upward;
    private final ReentrantLock lock = new ReentrantLock();
}
