package org.irqlab.kernel.irq;

import org.irqlab.kernel.sched.KernelCpu;

/** What a flow handler does to the hardware of one line. */
public interface IrqChip {
    /** Lets the controller deliver the next interrupt of this CPU. Hardirq context. */
    void acknowledge(KernelCpu cpu);

    /** Holds back further interrupts of the line; the hardware may remember one. */
    void mask();

    void unmask();

    /** Sends the line's interrupt again, to the CPU it is routed to. */
    void retrigger(KernelCpu cpu);

    /** Returns the name that /proc/interrupts shows. */
    String name();
}
