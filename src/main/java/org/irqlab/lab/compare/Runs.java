package org.irqlab.lab.compare;

import org.HdrHistogram.Histogram;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.CheckRow;
import org.irqlab.lab.replay.StageAnalysis;
import org.irqlab.lab.replay.StageNames;
import org.irqlab.lab.replay.StageRow;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * One side of a comparison: the rows of one recording, or of the cells of one strategy. Figures are
 * medians over the runs, so that one disturbed cell does not carry them.
 */
public final class Runs {
    private static final int PERCENTILES_TAIL = 10;

    private final List<Map<String, Samples>> runs;

    private Runs(List<Map<String, Samples>> runs) {
        this.runs = runs;
    }

    static Runs of(List<Map<String, Samples>> rows) {
        return new Runs(rows.stream().map(Runs::withGroups).toList());
    }

    /** Returns the rows of a recording. */
    static Runs of(StageAnalysis stages) {
        var rows = new LinkedHashMap<String, Samples>();
        for (StageRow row : stages.rows()) {
            rows.put(row.name(), Samples.of(stages.samples(row.name())));
        }
        return of(List.of(rows));
    }

    /** Returns the rows that cells kept of their machines' own events. */
    public static Runs ofCells(List<CellResult> cells) {
        return of(cells.stream().map(Runs::ofCell).toList());
    }

    private static Map<String, Samples> ofCell(CellResult cell) {
        var rows = new LinkedHashMap<String, Samples>();
        for (CheckRow row : cell.selfCheck()) {
            rows.put(row.name(), new Samples(row.reproducedCount(), row.reproduced()));
        }
        return rows;
    }

    /** Puts the sum of each group's modes before the first of them. */
    private static Map<String, Samples> withGroups(Map<String, Samples> rows) {
        var all = new LinkedHashMap<String, Samples>();
        rows.forEach((name, samples) -> {
            StageNames.groupOf(name).ifPresent(group -> all.merge(group, samples, Samples::plus));
            all.put(name, samples);
        });
        return all;
    }

    boolean isEmpty() {
        return runs.isEmpty();
    }

    Set<String> names() {
        var names = new LinkedHashSet<String>();
        runs.forEach(run -> names.addAll(run.keySet()));
        return names;
    }

    private static Samples row(Map<String, Samples> run, String name) {
        Samples samples = run.get(name);
        return samples == null ? Samples.none() : samples;
    }

    Figures figures(String name) {
        long clean = runs.stream().mapToLong(run -> row(run, name).clean().getTotalCount()).sum();
        return Figures.of(
                median(run -> row(run, name).count()),
                median(run -> share(run, name)),
                percentile(name, clean, 50),
                percentile(name, clean, 90),
                percentile(name, clean, 99),
                median(run -> mean(row(run, name).clean())));
    }

    /** A percentile needs 10/(1−p) samples, here of all runs together. */
    private double percentile(String name, long clean, int percent) {
        if (clean * (100 - percent) < 100L * PERCENTILES_TAIL) {
            return Double.NaN;
        }
        return median(run -> {
            Histogram histogram = row(run, name).clean();
            return histogram.getTotalCount() == 0
                    ? Double.NaN
                    : histogram.getValueAtPercentile(percent);
        });
    }

    private static double mean(Histogram histogram) {
        return histogram.getTotalCount() == 0 ? Double.NaN : histogram.getMean();
    }

    private static double share(Map<String, Samples> run, String name) {
        String group = StageNames.groupOf(name).orElse(name);
        double all = row(run, group).clean().getTotalCount();
        return row(run, name).clean().getTotalCount() / all;
    }

    /** Returns the median over the runs of the distance to the one run of {@code recorded}. */
    double distance(Runs recorded, String name) {
        Histogram base = row(recorded.runs.getFirst(), name).clean();
        return median(run -> KolmogorovSmirnov.distance(base, row(run, name).clean()));
    }

    /** Returns the median of what is known, NaN if nothing is. */
    private double median(ToDoubleFunction<Map<String, Samples>> figure) {
        double[] sorted =
                runs.stream()
                        .mapToDouble(figure)
                        .filter(value -> !Double.isNaN(value))
                        .sorted()
                        .toArray();
        return median(sorted);
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1
                ? sorted[middle]
                : Arrays.stream(sorted, middle - 1, middle + 1).average().orElseThrow();
    }
}
