package org.irqlab.lab.report;

import org.HdrHistogram.Histogram;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.SourceResult;
import org.irqlab.lab.measure.Stage;
import org.irqlab.lab.measure.Strategy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * How one strategy differs from the original in one quantity: a ratio per block, since the block is
 * the unit that varies.
 *
 * @param lowest smallest ratio of a block
 * @param median ratio
 * @param highest ratio
 * @param blocks that have both values
 * @param threshold below which a difference does not matter: 5 %, or more when the original itself
 *     varies more between blocks
 */
public record Contrast(
        String metric,
        Strategy strategy,
        double lowest,
        double median,
        double highest,
        int blocks,
        double threshold) {
    private static final double PRACTICAL = 0.05;
    private static final int ENOUGH_BLOCKS = 3;

    /** A quantity of one cell; NaN where the cell has too few samples. */
    private record Metric(String name, ToDoubleFunction<CellResult> value) {}

    static List<Contrast> of(StrategyResult original, List<StrategyResult> others) {
        var contrasts = new ArrayList<Contrast>();
        for (Metric metric : metrics()) {
            double threshold = Math.max(PRACTICAL, variation(original, metric));
            for (StrategyResult other : others) {
                List<Double> ratios = ratios(original, other, metric);
                if (!ratios.isEmpty()) {
                    contrasts.add(contrast(metric.name, other.strategy(), ratios, threshold));
                }
            }
        }
        return List.copyOf(contrasts);
    }

    private static List<Metric> metrics() {
        return List.of(
                latency(Stage.ARRIVAL_TO_TOP, Quantile.P50),
                latency(Stage.ARRIVAL_TO_TOP, Quantile.P99),
                latency(Stage.RAISE_TO_BOTTOM, Quantile.P50),
                latency(Stage.ARRIVAL_TO_DONE, Quantile.P50),
                latency(Stage.ARRIVAL_TO_DONE, Quantile.P90),
                latency(Stage.ARRIVAL_TO_DONE, Quantile.P99),
                new Metric("CPU time per event", c -> positive(c.counts().cpuNsPer1000())),
                new Metric("context switches", c -> positive(c.counts().contextSwitches())));
    }

    private static Metric latency(Stage stage, Quantile quantile) {
        return new Metric(
                stage.title() + " " + quantile.title,
                cell -> {
                    List<SourceResult> subject = subject(cell.sources());
                    Histogram clean = StrategyResult.stages(subject).get(stage).clean();
                    return quantile.reportable(clean) ? positive(quantile.ns(clean)) : Double.NaN;
                });
    }

    /** Returns the sources that a what-if moves; all of them if it moves none. */
    static List<SourceResult> subject(List<SourceResult> sources) {
        List<SourceResult> moved = sources.stream().filter(SourceResult::movable).toList();
        return moved.isEmpty() ? sources : moved;
    }

    private static double positive(long value) {
        return value > 0 ? value : Double.NaN;
    }

    private static double variation(StrategyResult original, Metric metric) {
        double[] values =
                original.cells().stream()
                        .mapToDouble(metric.value)
                        .filter(v -> !Double.isNaN(v))
                        .sorted()
                        .toArray();
        if (values.length < 2) {
            return 0;
        }
        double median = median(values);
        return Math.max(values[values.length - 1] / median, median / values[0]) - 1;
    }

    private static List<Double> ratios(
            StrategyResult original, StrategyResult other, Metric metric) {
        var ratios = new ArrayList<Double>();
        for (CellResult cell : other.cells()) {
            for (CellResult base : original.cells()) {
                double ratio = metric.value.applyAsDouble(cell) / metric.value.applyAsDouble(base);
                if (base.block() == cell.block() && !Double.isNaN(ratio)) {
                    ratios.add(ratio);
                }
            }
        }
        return ratios;
    }

    private static Contrast contrast(
            String metric, Strategy strategy, List<Double> ratios, double threshold) {
        double[] sorted = ratios.stream().mapToDouble(r -> r).sorted().toArray();
        return new Contrast(
                metric,
                strategy,
                sorted[0],
                median(sorted),
                sorted[sorted.length - 1],
                sorted.length,
                threshold);
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /**
     * Returns {@code better}, {@code worse}, {@code no practical difference} or {@code
     * inconclusive}.
     */
    public String verdict() {
        if (blocks < ENOUGH_BLOCKS) {
            return "inconclusive (needs 3 blocks)";
        }
        if (highest < 1 && median < 1 / (1 + threshold)) {
            return "better";
        }
        if (lowest > 1 && median > 1 + threshold) {
            return "worse";
        }
        boolean small = lowest > 1 / (1 + threshold) && highest < 1 + threshold;
        return small ? "no practical difference" : "inconclusive";
    }

    String thresholdText() {
        // 100 × 0.07 is a little more than 7.
        double percent = Math.ceil(100 * threshold * (1 - 1e-12));
        return String.format(Locale.ROOT, "%.0f %%", percent);
    }
}
