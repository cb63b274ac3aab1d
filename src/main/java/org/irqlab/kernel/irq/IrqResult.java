package org.irqlab.kernel.irq;

/** How a call into the interrupt layer ended: done, or the error that Linux returns. */
public enum IrqResult {
    OK(0),
    /** Not allowed, or makes no sense. */
    EINVAL(22),
    /** Taken by somebody who does not share, or by a move in progress. */
    EBUSY(16),
    /** No vector is left. */
    ENOSPC(28),
    /** The line has no chip. */
    ENOSYS(38),
    /** User space may not do this. */
    EIO(5);

    private final int errno;

    IrqResult(int errno) {
        this.errno = errno;
    }

    /** Returns what a system call returns: 0 or −errno. */
    public int value() {
        return -errno;
    }

    public boolean ok() {
        return this == OK;
    }
}
