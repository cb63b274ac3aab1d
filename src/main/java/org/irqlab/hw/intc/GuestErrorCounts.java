package org.irqlab.hw.intc;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts guest errors by kind.
 *
 * <p><b>Threads.</b> Any. <b>Progress.</b> Wait-free. Errors are rare, so the counts are shared.
 */
public final class GuestErrorCounts implements GuestErrorSink {
    private final AtomicLongArray counts = new AtomicLongArray(GuestError.values().length);

    @Override
    public void guestError(GuestError error, int cpu, long where, long value) {
        counts.getAndIncrement(error.ordinal());
    }

    /** How often {@code error} was made. */
    public long of(GuestError error) {
        return counts.get(error.ordinal());
    }
}
