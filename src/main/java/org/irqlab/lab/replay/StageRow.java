package org.irqlab.lab.replay;

import org.irqlab.base.NearestRank;

import java.util.Arrays;

/**
 * One distribution of a trace, in ns. Percentiles are by nearest rank: the smallest sample that at
 * least that share of the samples does not exceed. All are 0 when there is no sample.
 *
 * @param samples how many
 */
public record StageRow(
        String name, long samples, long p50, long p90, long p99, long p999, long max, double mean) {

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
        return sorted[(int) NearestRank.of(share, sorted.length) - 1];
    }
}
