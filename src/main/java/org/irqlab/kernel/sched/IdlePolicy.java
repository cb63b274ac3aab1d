package org.irqlab.kernel.sched;

/** What a CPU does when it has nothing to run. */
public enum IdlePolicy {
    /** Spins. */
    POLL,
    /** Spins for a while, then halts. */
    HALT_POLL,
    /** Halts until an interrupt or a deadline. */
    HALT
}
