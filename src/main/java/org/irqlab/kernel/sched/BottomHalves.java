package org.irqlab.kernel.sched;

/**
 * A CPU's softirqs, as the interrupt exit and the disabling of bottom halves see them.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 */
public interface BottomHalves {
    boolean pending();

    /** Outermost interrupt exit with something pending: interrupts off, hardirq depth 0. */
    void interruptExit();

    /**
     * Outermost bottom-half enable with something pending: in a task, interrupts on; on PREEMPT_RT
     * interrupts off, and the task has the lock of {@link #lock}.
     */
    void enabled();

    /** Leaves what is pending to ksoftirqd. Interrupts off. */
    void defer();

    /**
     * Takes the lock that stands for "bottom halves off" on PREEMPT_RT; sleeps while another task
     * of this CPU has it, and lends it its priority. The task stays on this CPU until it unlocks.
     */
    void lock(Task self);

    void unlock(Task self);

    boolean lockedBy(Task task);
}
