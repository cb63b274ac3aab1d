package org.irqlab.lab.measure;

import org.HdrHistogram.Histogram;

/**
 * One row of a cell's own events: a quantity in the replayed trace, and in the replay. Of the
 * original strategy it is a row of the self-check; of another one, what that strategy predicts.
 *
 * @param evidence whether it emerged; false for costs that every event replays as recorded
 * @param resolutionNs of the recorded stamps: a difference below it says nothing
 * @param reproducedCount how often it happened in the replay, in disturbed busy periods too
 * @param reproduced of undisturbed busy periods
 */
public record CheckRow(
        String name,
        boolean evidence,
        long resolutionNs,
        Histogram recorded,
        long reproducedCount,
        Histogram reproduced) {}
