package org.irqlab.kernel.irq;

import org.irqlab.kernel.sched.KernelCpu;

/** What a vector of the kernel's own does: the local timer, an inter-processor interrupt. */
@FunctionalInterface
public interface SystemVectorHandler {
    /** Hardirq context, after the end of interrupt. */
    void handle(KernelCpu cpu);
}
