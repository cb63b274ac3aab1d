package org.irqlab.kernel.irq;

import org.irqlab.kernel.sched.KernelCpu;

/** A driver's handler: its top half, or the function of its interrupt thread. */
@FunctionalInterface
public interface IrqHandler {
    /** Top half: hardirq context, interrupts off, must not sleep. Thread function: task context. */
    IrqReturn handle(KernelCpu cpu);
}
