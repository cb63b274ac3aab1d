package org.irqlab.kernel.softirq;

import org.irqlab.base.NearestRank;

import java.util.Arrays;

/**
 * What an {@link AgeHistogram} held at some time, or several of them together.
 *
 * <p><b>Threads.</b> Immutable.
 */
public final class AgeSnapshot {
    private final long[] counts;
    private final long maxNs;

    AgeSnapshot(long[] counts, long maxNs) {
        this.counts = counts;
        this.maxNs = maxNs;
    }

    /** Returns both together, as of two CPUs. */
    public AgeSnapshot plus(AgeSnapshot other) {
        long[] sum = counts.clone();
        Arrays.setAll(sum, bucket -> sum[bucket] + other.counts[bucket]);
        return new AgeSnapshot(sum, Math.max(maxNs, other.maxNs));
    }

    /** Returns how many ages were counted. */
    public long count() {
        return Arrays.stream(counts).sum();
    }

    /** Returns the longest age, exact, ns; 0 if there is none. */
    public long maxNs() {
        return maxNs;
    }

    /**
     * Returns an age that a share {@code share} of the ages does not exceed, ns: never too low, at
     * most 12.5 % too high; 0 if there is none.
     */
    public long quantileNs(double share) {
        long total = count();
        if (total == 0) {
            return 0;
        }
        long rank = NearestRank.of(share, total);
        int bucket = 0;
        for (long seen = counts[0]; seen < rank; seen += counts[bucket]) {
            bucket++;
        }
        return Math.min(AgeHistogram.highestOf(bucket), maxNs);
    }
}
