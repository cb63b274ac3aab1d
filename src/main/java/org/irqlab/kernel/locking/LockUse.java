package org.irqlab.kernel.locking;

/**
 * Uses of a class of locks, one bit each: {used in, held while enabled} x {hardirq, softirq} x
 * {write, read}.
 *
 * @see "Linux Documentation/locking/lockdep-design.rst, state"
 */
final class LockUse {
    /** The interrupts that a lock may be shared with. */
    enum Interrupt {
        HARDIRQ,
        SOFTIRQ
    }

    private static final int BITS_EACH = 4;

    private LockUse() {}

    /**
     * @param usedIn taken in the interrupt; otherwise held while the interrupt may come
     */
    static int bit(Interrupt irq, boolean usedIn, boolean read) {
        return 1 << irq.ordinal() * BITS_EACH + (usedIn ? 0 : 2) + (read ? 1 : 0);
    }

    /** Returns the use in the words of the kernel's log. */
    static String text(Interrupt irq, boolean usedIn, boolean read) {
        return (usedIn ? "IN-" : "") + irq + (usedIn ? "" : "-ON") + (read ? "-R" : "-W");
    }
}
