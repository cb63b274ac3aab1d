package org.irqlab.kernel.sched;

/**
 * A CPU's softirqs, as the interrupt exit and the bottom-half lock see them.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 */
public interface BottomHalves {
    boolean pending();

    /** Outermost interrupt exit with something pending: interrupts off, hardirq depth 0. */
    void interruptExit();

    /** Outermost bottom-half enable with something pending: in a task, interrupts on. */
    void enabled();
}
