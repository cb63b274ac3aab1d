package org.irqlab.kernel.deferral;

import org.irqlab.kernel.sched.KernelCpu;

/** The deferred part of a driver: drains what its top half has left for it. */
@FunctionalInterface
public interface BottomHalf {
    /** In whatever context the {@link Deferral} names; must not sleep unless that one may. */
    void run(KernelCpu cpu);
}
