package org.irqlab.kernel.softirq;

import org.irqlab.kernel.sched.KernelCpu;

/** What a softirq vector does. */
@FunctionalInterface
public interface SoftirqAction {
    /** Softirq context: interrupts on, must not sleep. */
    void run(KernelCpu cpu);
}
