package org.irqlab.lab.measure;

/**
 * How many samples were taken, and how many of them are not clean.
 *
 * @param samples all
 * @param tainted taken in a busy period that the host disturbed
 * @param unknown taken in a busy period longer than the buffer: in no clean histogram
 * @param periods busy periods
 * @param taintedPeriods busy periods that the host disturbed
 */
public record SampleCounts(
        long samples, long tainted, long unknown, long periods, long taintedPeriods) {
    public static final SampleCounts NONE = new SampleCounts(0, 0, 0, 0, 0);

    public SampleCounts plus(SampleCounts other) {
        return new SampleCounts(
                samples + other.samples,
                tainted + other.tainted,
                unknown + other.unknown,
                periods + other.periods,
                taintedPeriods + other.taintedPeriods);
    }

    /** Returns the share of samples that are not clean, 0 to 1. */
    public double notCleanShare() {
        return samples == 0 ? 0 : (double) (tainted + unknown) / samples;
    }
}
