package org.irqlab.lab.report;

import org.HdrHistogram.Histogram;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.CheckRow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Whether the replay of the original strategy reproduces the recording.
 *
 * <p>The yardstick is what two identical runs of the real kernel differ by (pairs of recordings of
 * one configuration): 1.2 to 2.2 times at p50. So a row within {@link #CLOSE} is reproduced, one
 * within {@link #PAIR} no further off than the real kernel from itself.
 *
 * @param verdict {@code reproduced}, {@code partly reproduced}, {@code not reproduced}, {@code
 *     inconclusive} or {@code invalid}
 * @param reason of the verdict, a sentence
 */
public record SelfCheck(String verdict, String reason, List<Row> rows) {
    /** Factor within which p50 and p90 count as the same. */
    static final double CLOSE = 1.25;

    /** Factor by which two identical runs of the real kernel may differ. */
    static final double PAIR = 2.0;

    /** Share of merged wake-ups above which a replay did different work than the recording. */
    static final double MERGED_LIMIT = 0.02;

    /** Verdict on one row. */
    enum Word {
        REPRODUCED("reproduced"),
        WITHIN_PAIR("within A/A"),
        DIFFERS("differs"),
        TOO_FEW("too few samples");

        final String text;

        Word(String text) {
            this.text = text;
        }
    }

    /** Share of disturbed samples above which the host, not the replay, is measured. */
    static final double NOISE_LIMIT = 0.5;

    /**
     * @param merged sums over the cells
     * @param reproducedCount per cell
     */
    record Row(CheckRow merged, long reproducedCount, Word word) {
        double ratio(Quantile quantile) {
            long recorded = quantile.ns(merged.recorded());
            boolean known =
                    recorded > 0
                            && quantile.reportable(merged.recorded())
                            && quantile.reportable(merged.reproduced());
            return known ? (double) quantile.ns(merged.reproduced()) / recorded : Double.NaN;
        }

        double countRatio() {
            long recorded = merged.recorded().getTotalCount();
            return recorded == 0 ? Double.NaN : (double) reproducedCount / recorded;
        }
    }

    static SelfCheck of(StrategyResult original) {
        List<CellResult> cells = original.cells();
        if (cells.isEmpty()) {
            return new SelfCheck(
                    "inconclusive", "no cell of the original strategy finished", List.of());
        }
        List<Row> rows = rows(cells);
        double merged = original.counts().mergedShare();
        if (original.stalled()) {
            return new SelfCheck("invalid", "a replay stalled before its work was done", rows);
        }
        if (merged > MERGED_LIMIT) {
            String reason = Text.percent(merged) + " of the wake-ups merged, the limit is 2 %";
            return new SelfCheck("invalid", reason, rows);
        }
        double disturbed = original.samples().notCleanShare();
        if (disturbed > NOISE_LIMIT) {
            String reason =
                    "the host disturbed %s of the samples; try again on a quieter one"
                            .formatted(Text.percent(disturbed));
            return new SelfCheck("inconclusive", reason, rows);
        }
        return judged(rows);
    }

    private static SelfCheck judged(List<Row> rows) {
        List<Row> evidence = rows.stream().filter(r -> r.merged().evidence()).toList();
        long enough = evidence.stream().filter(r -> r.word() != Word.TOO_FEW).count();
        long differ = evidence.stream().filter(r -> r.word() == Word.DIFFERS).count();
        long broken =
                rows.stream()
                        .filter(r -> !r.merged().evidence() && r.word() == Word.DIFFERS)
                        .count();
        if (broken > 0) {
            return new SelfCheck(
                    "not reproduced",
                    broken + " replayed costs differ from the recorded ones",
                    rows);
        }
        if (enough == 0) {
            return new SelfCheck("inconclusive", "no row has enough samples", rows);
        }
        String verdict =
                differ == 0
                        ? "reproduced"
                        : 2 * differ > enough ? "not reproduced" : "partly reproduced";
        String reason =
                "%d of %d rows lie within what two identical runs of the real kernel differ by"
                        .formatted(enough - differ, enough);
        return new SelfCheck(verdict, reason, rows);
    }

    private static List<Row> rows(List<CellResult> cells) {
        var sums = new LinkedHashMap<String, CheckRow>();
        for (CellResult cell : cells) {
            for (CheckRow row : cell.selfCheck()) {
                if (row.recorded().getTotalCount() == 0) {
                    continue; // Kept for a comparison with another recording.
                }
                sums.merge(row.name(), copy(row), SelfCheck::plus);
            }
        }
        var rows = new ArrayList<Row>();
        for (CheckRow sum : sums.values()) {
            long perCell = Math.round((double) sum.reproducedCount() / cells.size());
            rows.add(new Row(sum, perCell, word(sum, perCell)));
        }
        return List.copyOf(rows);
    }

    private static CheckRow copy(CheckRow row) {
        return withReproduced(row, row.reproducedCount(), row.reproduced().copy());
    }

    private static CheckRow plus(CheckRow sum, CheckRow other) {
        sum.reproduced().add(other.reproduced());
        long count = sum.reproducedCount() + other.reproducedCount();
        return withReproduced(sum, count, sum.reproduced());
    }

    private static CheckRow withReproduced(CheckRow row, long count, Histogram reproduced) {
        return new CheckRow(
                row.name(), row.evidence(), row.resolutionNs(), row.recorded(), count, reproduced);
    }

    private static Word word(CheckRow row, long perCell) {
        if (!Quantile.P50.reportable(row.recorded())) {
            return Word.TOO_FEW;
        }
        double counts = (double) perCell / row.recorded().getTotalCount();
        double factor = Math.max(counts, 1 / counts);
        if (factor <= PAIR && !Quantile.P50.reportable(row.reproduced())) {
            return Word.TOO_FEW;
        }
        factor = Math.max(factor, row.evidence() ? ofQuantiles(row) : ofCosts(row));
        return factor <= CLOSE ? Word.REPRODUCED : factor <= PAIR ? Word.WITHIN_PAIR : Word.DIFFERS;
    }

    private static double ofQuantiles(CheckRow row) {
        double factor = 1;
        for (Quantile quantile : List.of(Quantile.P50, Quantile.P90)) {
            if (quantile.reportable(row.recorded()) && quantile.reportable(row.reproduced())) {
                double recorded = quantile.ns(row.recorded());
                double reproduced = quantile.ns(row.reproduced());
                factor = Math.max(factor, factor(row, recorded, reproduced));
            }
        }
        return factor;
    }

    /** Replayed costs keep their sum, even where a median lies in a hole between two modes. */
    private static double ofCosts(CheckRow row) {
        double recorded = row.recorded().getMean();
        double reproduced = row.reproduced().getMean();
        return Math.min(ofQuantiles(row), factor(row, recorded, reproduced));
    }

    private static double factor(CheckRow row, double recorded, double reproduced) {
        if (Math.abs(recorded - reproduced) <= row.resolutionNs()) {
            return 1;
        }
        // A stamp can be off by its resolution, and a length below it is recorded as 0.
        double floor = Math.max(1, row.resolutionNs());
        double a = Math.max(recorded, floor);
        double b = Math.max(reproduced, floor);
        return Math.max(a / b, b / a);
    }
}
