package org.irqlab.kernel.trap;

import org.irqlab.kernel.sched.KernelCpu;

/** Somebody who may have caused an NMI. */
@FunctionalInterface
public interface NmiHandler {
    /**
     * Runs in NMI context: takes no lock that anything else takes, and never waits.
     *
     * @return whether this handler knows the cause
     */
    boolean handle(KernelCpu cpu);
}
