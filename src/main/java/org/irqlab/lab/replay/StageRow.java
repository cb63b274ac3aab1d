package org.irqlab.lab.replay;

import java.util.Arrays;

/**
 * One distribution of a trace, in ns. Percentiles are by nearest rank: the smallest sample that at
 * least that share of the samples does not exceed. All are 0 when there is no sample.
 *
 * @param samples how many
 */
public record StageRow(
        String name, long samples, long p50, long p90, long p99, long p999, long max, double mean) {

    /** More than the rounding of a share and of its product with a count, less than any rank. */
    private static final double ROUNDING = 1e-14;

    /** Makes the row of samples that are sorted. */
    public static StageRow of(String name, long[] sorted) {
        return new StageRow(
                name,
                sorted.length,
                quantile(sorted, 0.5),
                quantile(sorted, 0.9),
                quantile(sorted, 0.99),
                quantile(sorted, 0.999),
                sorted.length == 0 ? 0 : sorted[sorted.length - 1],
                Arrays.stream(sorted).average().orElse(0));
    }

    /** Returns a quantile of sorted samples by nearest rank, 0 if there are none. */
    public static long quantile(long[] sorted, double share) {
        if (sorted.length == 0) {
            return 0;
        }
        // A share such as 0.55 is not exact in binary: 0.55 × 1000 is a little more than 550.
        double exact = share * sorted.length;
        int rank = (int) Math.ceil(exact - exact * ROUNDING);
        return sorted[Math.max(0, Math.min(sorted.length, rank) - 1)];
    }
}
