package org.irqlab.kernel.sched.fair;

/** Scheduling policies of the fair class, as in {@code sched(7)}. */
public enum FairPolicy {
    /** {@code SCHED_NORMAL}: its wake-ups may preempt. */
    NORMAL,
    /** {@code SCHED_BATCH}: weighted by nice, but its wake-ups never preempt. */
    BATCH,
    /** {@code SCHED_IDLE}: weight 3, preempted by every wake-up of another policy. */
    IDLE
}
