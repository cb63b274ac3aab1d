package org.irqlab.hw.intc;

/**
 * Hears of guest errors, to count and to trace them.
 *
 * <p><b>Threads.</b> Any: a device's thread too. Never blocks and never throws.
 */
@FunctionalInterface
public interface GuestErrorSink {
    /** The CPU of an error that no CPU made. */
    int NO_CPU = -1;

    /**
     * Takes note of one error.
     *
     * @param cpu whose instruction it was, or {@link #NO_CPU}: then the caller may be any thread
     * @param where register offset, vector or device: what {@code error} is about
     * @param value what was written, or 0
     */
    void guestError(GuestError error, int cpu, long where, long value);
}
