package org.irqlab.lab.measure;

import org.HdrHistogram.Histogram;

/**
 * One row of the self-check: a quantity in the trace, and in the replay of the original strategy.
 *
 * @param evidence whether it emerged; false for costs that every event replays as recorded
 * @param resolutionNs of the recorded stamps: a difference below it says nothing
 */
public record CheckRow(
        String name,
        boolean evidence,
        long resolutionNs,
        Histogram recorded,
        Histogram reproduced) {}
