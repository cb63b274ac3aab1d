package org.irqlab.lab.placement;

/** Who fires the interrupts of the schedule. */
public enum Injection {
    /** Producer threads, on cores that carry no virtual CPU. */
    PRODUCER_THREADS,
    /** Each virtual CPU, at its own poll points. */
    SELF_INJECTION
}
