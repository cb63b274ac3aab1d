package org.irqlab.lab.report;

import org.irqlab.lab.compare.Comparison;
import org.irqlab.lab.compare.Runs;
import org.irqlab.lab.compare.TraceMeasurement;
import org.irqlab.lab.measure.Strategy;

import java.util.Locale;

/**
 * Whether a what-if came true: what its cells predict, held against a recording of the machine that
 * really was set up so.
 *
 * @param name of the recording
 * @param verdict {@code predicted}, {@code partly predicted}, {@code not predicted}, {@code
 *     inconclusive} or {@code invalid}
 * @param reason of the verdict, a sentence
 */
public record Against(
        String name, Strategy strategy, String verdict, String reason, Comparison comparison) {
    static Against of(TraceMeasurement recorded, StrategyResult predicted) {
        var comparison = Comparison.ofPrediction(recorded, Runs.ofCells(predicted.cells()));
        String[] verdict = verdict(predicted, comparison);
        return new Against(
                recorded.name(), predicted.strategy(), verdict[0], verdict[1], comparison);
    }

    String heading() {
        return "AGAINST %s (recorded, beside what %s predicts): %s: %s"
                .formatted(name, strategy.key(), verdict.toUpperCase(Locale.ROOT), reason);
    }

    private static String[] verdict(StrategyResult predicted, Comparison comparison) {
        String strategy = predicted.strategy().key();
        if (predicted.cells().isEmpty()) {
            return new String[] {"inconclusive", "no cell of " + strategy + " finished"};
        }
        if (predicted.stalled()) {
            return new String[] {"invalid", "a replay stalled before its work was done"};
        }
        double merged = predicted.counts().mergedShare();
        if (merged > SelfCheck.MERGED_LIMIT) {
            String reason = Text.percent(merged) + " of the wake-ups merged, the limit is 2 %";
            return new String[] {"invalid", reason};
        }
        double disturbed = predicted.samples().notCleanShare();
        if (disturbed > SelfCheck.NOISE_LIMIT) {
            String reason =
                    "the host disturbed %s of the samples; try again on a quieter one"
                            .formatted(Text.percent(disturbed));
            return new String[] {"inconclusive", reason};
        }
        long judged = comparison.judged();
        long outside = comparison.outside();
        if (judged == 0) {
            return new String[] {"inconclusive", "no row has enough events"};
        }
        String reason =
                "%d of %d rows lie within the tolerance, or within what two identical runs of the real kernel differ by"
                        .formatted(judged - outside, judged);
        String word =
                outside == 0
                        ? "predicted"
                        : 2 * outside > judged ? "not predicted" : "partly predicted";
        return new String[] {word, reason};
    }
}
