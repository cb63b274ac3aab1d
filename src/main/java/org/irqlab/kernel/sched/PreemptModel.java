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
    FULL
}
