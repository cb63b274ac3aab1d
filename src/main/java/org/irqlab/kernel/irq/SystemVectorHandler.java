package org.irqlab.kernel.irq;

import org.irqlab.kernel.sched.KernelCpu;

/** What a vector of the kernel's own does: the local timer, an inter-processor interrupt. */
@FunctionalInterface
public interface SystemVectorHandler {
    /** What comes before the interrupt's first event: model time of its way here. */
    default void arrives(KernelCpu cpu) {}

    /** Hardirq context, after the end of interrupt. */
    void handle(KernelCpu cpu);
}
