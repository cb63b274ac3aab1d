package org.irqlab.kernel.softirq;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How long something waited: counts of nanoseconds in buckets an eighth of an octave wide, so that
 * a quantile is at most 12.5 % too high.
 *
 * <p><b>Threads.</b> One writer, the holder of a CPU's baton; any thread reads, and what it reads
 * may be a few samples behind. <b>Progress.</b> Wait-free; records without allocating.
 */
public final class AgeHistogram {
    private static final int FRACTION_BITS = 3;
    private static final int FRACTIONS = 1 << FRACTION_BITS;

    /** Everything from here on shares the last bucket: 18 minutes. */
    private static final int HIGHEST_EXPONENT = 40;

    static final int BUCKETS = (HIGHEST_EXPONENT - FRACTION_BITS + 1) * FRACTIONS;

    // Two cache lines at each end: the neighbours belong to other CPUs.
    private static final int PAD = 128 / Long.BYTES;

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);

    // Writer only, opaque for the readers. One more slot holds the maximum.
    private final long[] slots = new long[PAD + BUCKETS + 1 + PAD];

    /** Counts one age; what the clock makes negative counts as 0. */
    @HotPath
    public void record(long ns) {
        int slot = PAD + bucketOf(ns);
        SLOT.setOpaque(slots, slot, slots[slot] + 1);
        if (ns > slots[PAD + BUCKETS]) {
            SLOT.setOpaque(slots, PAD + BUCKETS, ns);
        }
    }

    @HotPath
    static int bucketOf(long ns) {
        if (ns < FRACTIONS) {
            return (int) Math.max(0, ns);
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(ns);
        int shift = exponent - FRACTION_BITS;
        int bucket = (shift + 1) * FRACTIONS + (int) (ns >>> shift & FRACTIONS - 1);
        return Math.min(bucket, BUCKETS - 1);
    }

    /** Returns the highest age that {@code bucket} counts. */
    static long highestOf(int bucket) {
        if (bucket < FRACTIONS) {
            return bucket;
        }
        int shift = bucket / FRACTIONS - 1;
        return ((long) (FRACTIONS + bucket % FRACTIONS + 1) << shift) - 1;
    }

    /** Returns what has been counted so far. Any thread; allocates. */
    public AgeSnapshot snapshot() {
        var counts = new long[BUCKETS];
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            counts[bucket] = (long) SLOT.getOpaque(slots, PAD + bucket);
        }
        return new AgeSnapshot(counts, (long) SLOT.getOpaque(slots, PAD + BUCKETS));
    }
}
