package org.irqlab.lab.measure;

import org.HdrHistogram.Histogram;

/**
 * One stage's latencies in ns.
 *
 * @param all every sample
 * @param clean samples of busy periods that the host did not disturb
 */
public record StageResult(Histogram all, Histogram clean) {
    /** Returns a result without samples, to which others can be added; it grows as needed. */
    public static StageResult empty() {
        return new StageResult(
                new Histogram(StageHistograms.DIGITS), new Histogram(StageHistograms.DIGITS));
    }

    /** Adds the samples of {@code other} to this result. */
    public void add(StageResult other) {
        if (other.all.getTotalCount() > 0) {
            all.add(other.all);
            clean.add(other.clean);
        }
    }
}
