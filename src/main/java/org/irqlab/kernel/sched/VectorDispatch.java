package org.irqlab.kernel.sched;

/**
 * Finds and runs what belongs to an interrupt vector on one CPU, the controller's end of interrupt
 * included.
 */
public interface VectorDispatch {
    /** Hardirq context, interrupts off. */
    void dispatch(KernelCpu cpu, int vector);
}
