package org.irqlab.kernel.sched;

/**
 * When a rescheduling request acts on kernel code.
 *
 * @see "Linux kernel/sched/core.c, preemption models"
 */
public enum PreemptModel {
    /** Only on return to user mode, or where the code reschedules by itself. */
    NONE,
    /** As {@link #NONE}, and at might-sleep points. */
    VOLUNTARY,
    /** Wherever the preempt count is zero. */
    FULL,
    /**
     * PREEMPT_RT: as {@link #FULL}, and in softirqs and with bottom halves off, too. Handlers run
     * in threads, softirqs in tasks, and spin locks sleep.
     *
     * <p>SIMPLIFIED: irqlab's own tables keep their raw locks, mutexes stay as they are, timers
     * expire and interrupt work runs as elsewhere, without a ktimers or an irq_work thread.
     */
    RT;

    /** Returns whether kernel code can be preempted at all. */
    public boolean preemptsKernel() {
        return this == FULL || this == RT;
    }

    public boolean realTime() {
        return this == RT;
    }
}
