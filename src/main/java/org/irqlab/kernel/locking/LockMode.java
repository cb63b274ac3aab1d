package org.irqlab.kernel.locking;

/** How a lock is taken. */
public enum LockMode {
    WRITE,
    /** Shared, but waits behind a writer that waits. */
    READ,
    /** Shared, and never waits for anybody but a writer that holds it. */
    READ_RECURSIVE
}
