package org.irqlab.lab.compare;

import org.HdrHistogram.Histogram;
import org.irqlab.lab.measure.StageHistograms;

/**
 * One row of one run.
 *
 * @param count how often it happened, in disturbed busy periods too
 * @param clean the samples of undisturbed ones
 */
record Samples(long count, Histogram clean) {
    static Samples none() {
        return new Samples(0, StageHistograms.empty());
    }

    /** Returns the samples of a recorded machine, all clean. */
    static Samples of(long[] samplesNs) {
        Histogram histogram = StageHistograms.empty();
        for (long ns : samplesNs) {
            histogram.recordValue(Math.clamp(ns, 0, StageHistograms.LIMIT_NS));
        }
        return new Samples(samplesNs.length, histogram);
    }

    Samples plus(Samples other) {
        Histogram sum = StageHistograms.empty();
        sum.add(clean);
        sum.add(other.clean);
        return new Samples(count + other.count, sum);
    }
}
