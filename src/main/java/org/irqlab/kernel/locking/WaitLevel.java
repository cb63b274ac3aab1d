package org.irqlab.kernel.locking;

/**
 * What taking a lock may do to its taker, from nothing to sleep. A lock may be taken only where
 * every lock held, and the context itself, allows at least its level.
 *
 * @see "Linux include/linux/lockdep_types.h, lockdep_wait_type"
 */
public enum WaitLevel {
    /** Never waits: an RCU read side. */
    FREE,
    /** Spins, on every kernel: a raw spin lock. */
    SPIN,
    /** Spins, and sleeps on PREEMPT_RT: a spin lock. */
    CONFIG,
    /** Sleeps: a mutex. */
    SLEEP
}
