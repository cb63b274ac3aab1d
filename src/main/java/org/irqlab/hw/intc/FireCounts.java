package org.irqlab.hw.intc;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How often each {@link FireOutcome} happened to one producer: its half of the conservation law.
 *
 * <p><b>Threads.</b> One writer; any thread may read, and reads exact values once the writer has
 * stopped and was joined. Each producer keeps its own, so counting shares no cache line with
 * another producer or with a CPU.
 */
public final class FireCounts {
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
    // Two cache lines on either side: the adjacent-line prefetcher pairs lines.
    private static final int PADDING = 128 / Long.BYTES;
    private final long[] counts = new long[PADDING + FireOutcome.values().length + PADDING];

    /** Counts one outcome and hands it on. Writer only. */
    @HotPath
    public FireOutcome count(FireOutcome outcome) {
        int slot = PADDING + outcome.ordinal();
        // Opaque: a reader sees whole, never decreasing values; nothing is ordered by it.
        COUNT.setOpaque(counts, slot, counts[slot] + 1);
        return outcome;
    }

    /** How often {@code outcome} was counted. */
    public long of(FireOutcome outcome) {
        return (long) COUNT.getOpaque(counts, PADDING + outcome.ordinal());
    }

    /** All fires: the sum over the outcomes. */
    public long fired() {
        long sum = 0;
        for (FireOutcome outcome : FireOutcome.values()) {
            sum += of(outcome);
        }
        return sum;
    }

    /** All fires that ended nowhere. */
    public long dropped() {
        long sum = 0;
        for (FireOutcome outcome : FireOutcome.values()) {
            sum += outcome.dropped() ? of(outcome) : 0;
        }
        return sum;
    }
}
