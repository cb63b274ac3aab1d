package org.irqlab.base;

/** Nearest-rank quantiles: which of sorted samples a quantile is. */
public final class NearestRank {
    // A share such as 0.55 is not exact in binary: 0.55 × 1000 is a little more than 550. More than
    // that, less than any rank.
    private static final double ROUNDING = 1e-14;

    private NearestRank() {}

    /**
     * Returns the smallest rank, from 1, such that a share {@code share} of {@code count} samples
     * is at or below it; 0 if there are none.
     */
    public static long of(double share, long count) {
        double exact = share * count;
        long rank = (long) Math.ceil(exact - exact * ROUNDING);
        return Math.min(count, Math.max(1, rank));
    }
}
