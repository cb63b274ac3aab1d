package org.irqlab.lab.measure;

import org.HdrHistogram.Histogram;

/**
 * What the host did to one virtual CPU.
 *
 * @param pollGapNs time between two polls, host steal left out: the floor of every claim
 * @param stealNs lengths of the gaps that count as host steal
 * @param stolenNs their sum
 * @param handoverResidueNs CPU time of threads that had given up the baton and not yet slept
 * @param elapsedNs length of the run
 */
public record CpuNoise(
        int cpu,
        Histogram pollGapNs,
        Histogram stealNs,
        long stolenNs,
        long handoverResidueNs,
        long elapsedNs) {
    /** Returns the share of the run that the host took, 0 to 1. */
    public double stolenShare() {
        return elapsedNs == 0 ? 0 : (double) stolenNs / elapsedNs;
    }
}
