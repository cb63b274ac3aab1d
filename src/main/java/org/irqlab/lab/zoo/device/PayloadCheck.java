package org.irqlab.lab.zoo.device;

/**
 * A driver's check of what it reads: descriptors carry consecutive numbers from 1 on.
 *
 * <p><b>Threads.</b> {@link #take} by one CPU; reading any.
 */
final class PayloadCheck {
    private volatile int taken;
    private volatile int stale;

    /** An interrupt has come, and the descriptor has this number. */
    void take(long number) {
        int expected = taken + 1;
        if (number != expected) {
            stale++;
        }
        taken = expected;
    }

    int taken() {
        return taken;
    }

    int stale() {
        return stale;
    }
}
