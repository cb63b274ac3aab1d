package org.irqlab.kernel.irq;

/** What a driver did wrong with its line. Counted and traced; the machine goes on. */
public enum IrqError {
    /** An enable of a line that was enabled. */
    UNBALANCED_ENABLE,
    /** 100,000 interrupts, and next to none was anybody's: the line was shut off. */
    NOBODY_CARED,
    /** A handler returned what is no {@link IrqReturn}. */
    BAD_RETURN,
    /** WAKE_THREAD from a handler without a thread. */
    NO_THREAD,
    /** A handler threw; it counts as NONE. */
    HANDLER_THREW,
    /** A handler returned with interrupts on. */
    IRQS_LEFT_ON,
    /** A free of a handler that the line does not have. */
    NOT_REQUESTED,
    /** An interrupt of a per-CPU line on a CPU without a handler. */
    SPURIOUS_PERCPU,
    /** No CPU of a line's mask is left; it was moved to others. */
    AFFINITY_BROKEN
}
