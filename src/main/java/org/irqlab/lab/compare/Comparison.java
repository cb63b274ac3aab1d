package org.irqlab.lab.compare;

import org.irqlab.lab.compare.ComparedRow.Form;
import org.irqlab.lab.compare.ComparedRow.Word;
import org.irqlab.lab.replay.StageNames;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * All stages of two sides, with a verdict.
 *
 * @param rows those that count first, each group before its modes
 */
public record Comparison(List<ComparedRow> rows) {
    /** Fewer recorded events than this judge nothing. */
    public static final long LEAST_JUDGED = 1_000;

    /** Rows with fewer events on both sides are left out. */
    private static final long LEAST_SHOWN = 20;

    /** Share from which a second mode makes the p50 of the group meaningless. */
    private static final double SECOND_MODE = 0.1;

    /** Compares what a replay predicts with the recording of what it predicts. */
    public static Comparison ofPrediction(TraceMeasurement recorded, Runs predicted) {
        return of(recorded.rows(), predicted, Judge.prediction(recorded.resolutionNs()));
    }

    /** Compares two recordings: how much the second differs from the first. */
    public static Comparison ofTraces(TraceMeasurement a, TraceMeasurement b) {
        double resolutionNs = Math.max(a.resolutionNs(), b.resolutionNs());
        return of(a.rows(), b.rows(), Judge.traces(resolutionNs));
    }

    static Comparison of(Runs recorded, Runs other, Judge judge) {
        var names = new LinkedHashSet<>(recorded.names());
        names.addAll(other.names());
        Map<String, Long> modes = modes(recorded, names);
        var rows = new ArrayList<ComparedRow>();
        for (String name : names) {
            Form form =
                    StageNames.groupOf(name).isPresent()
                            ? Form.MODE
                            : modes.getOrDefault(name, 0L) > 1 ? Form.GROUP : Form.PLAIN;
            ComparedRow row = judge.row(name, form, recorded, other);
            if (Math.max(row.recorded().get(Figure.COUNT), row.other().get(Figure.COUNT))
                    >= LEAST_SHOWN) {
                rows.add(row);
            }
        }
        return new Comparison(sorted(rows));
    }

    /** Counts the modes of each group that hold a share worth the name. */
    private static Map<String, Long> modes(Runs recorded, Set<String> names) {
        return names.stream()
                .filter(name -> recorded.figures(name).get(Figure.SHARE) >= SECOND_MODE)
                .flatMap(name -> StageNames.groupOf(name).stream())
                .collect(Collectors.groupingBy(group -> group, Collectors.counting()));
    }

    /** Stable, so that modes stay behind their group. */
    private static List<ComparedRow> sorted(List<ComparedRow> rows) {
        var sorted = new ArrayList<ComparedRow>();
        for (String group : groups(rows)) {
            rows.stream().filter(row -> groupOf(row).equals(group)).forEach(sorted::add);
        }
        return List.copyOf(sorted);
    }

    private static Set<String> groups(List<ComparedRow> rows) {
        var groups = new LinkedHashSet<String>();
        rows.stream().filter(ComparedRow::counts).forEach(row -> groups.add(groupOf(row)));
        rows.stream().filter(row -> judged(row)).forEach(row -> groups.add(groupOf(row)));
        rows.forEach(row -> groups.add(groupOf(row)));
        return groups;
    }

    private static boolean judged(ComparedRow row) {
        return row.verdict().word() != Word.TOO_FEW;
    }

    private static String groupOf(ComparedRow row) {
        return StageNames.groupOf(row.name()).orElse(row.name());
    }

    /** Returns how many rows count. */
    public long judged() {
        return rows.stream().filter(ComparedRow::counts).count();
    }

    /** Returns how many of those that count lie outside. */
    public long outside() {
        return rows.stream()
                .filter(row -> row.counts() && row.verdict().word() == Word.OUTSIDE)
                .count();
    }

    /** Returns the row of a name; for tests and reports of single rows. */
    ComparedRow row(String name) {
        return rows.stream().filter(row -> row.name().equals(name)).findFirst().orElseThrow();
    }
}
