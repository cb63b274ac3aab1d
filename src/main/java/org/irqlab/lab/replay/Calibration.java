package org.irqlab.lab.replay;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Path costs that can be written down, edited and used for another trace: every distribution by its
 * quantiles at a fixed list of probabilities, between which a reader interpolates.
 *
 * <p>Costs of the kernel's paths are in a recorded trace twice over, and the two must not be mixed.
 * What is <em>taken out</em> of a recorded duration, so that the activity's own cost remains, was
 * spent by the machine that recorded it: always the trace's own, {@link ReplayPlan#recordedPaths}.
 * What is <em>burnt</em> in its place is what the path is to cost now: {@link ReplayPlan#paths}, of
 * which a calibration may replace each.
 *
 * @param trace name of the trace that the costs are from
 * @param coarseClock its stamps were whole µs
 * @param paths every path; one that the capture does not show has no quantiles
 */
public record Calibration(String trace, boolean coarseClock, Map<CostPath, Distribution> paths) {
    /** Probabilities of the file, in thousandths. */
    private static final int[] PER_MILLE = {
        0, 10, 20, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500, 550, 600, 650, 700, 750, 800,
        850, 900, 950, 980, 990, 995, 998, 999, 1000
    };

    private static final int MILLE = 1000;
    private static final double MEDIAN = 0.5;

    /**
     * The distribution of one path.
     *
     * @param samples that it rests on
     * @param borrowed what was taken in place of samples of its own; empty = nothing
     * @param quantiles ns by probability; outside of the given ones the nearest counts
     */
    record Distribution(int samples, String borrowed, NavigableMap<Double, Long> quantiles) {
        static final Distribution NONE = new Distribution(0, "", Collections.emptyNavigableMap());

        /**
         * Returns as many equally likely values, sorted, as there are thousandths: nearest rank
         * finds the quantiles in them again.
         */
        private long[] values() {
            if (quantiles.isEmpty()) {
                return new long[0];
            }
            long[] values = new long[MILLE];
            for (int i = 0; i < MILLE; i++) {
                values[i] = at((i + 1) / (double) MILLE);
            }
            values[0] = quantiles.firstEntry().getValue();
            return values;
        }

        private long at(double probability) {
            var below = quantiles.floorEntry(probability);
            var above = quantiles.ceilingEntry(probability);
            if (below == null || above == null) {
                return (below == null ? above : below).getValue();
            }
            double span = above.getKey() - below.getKey();
            double share = span == 0 ? 0 : (probability - below.getKey()) / span;
            return below.getValue() + Math.round(share * (above.getValue() - below.getValue()));
        }
    }

    /** Takes the costs that the stages of one capture show; nothing else is looked at. */
    public static Calibration of(StageAnalysis stages, String trace) {
        return of(new PathCalibration(stages).calibrate(), trace);
    }

    static Calibration of(PathCosts costs, String trace) {
        var paths = new EnumMap<CostPath, Distribution>(CostPath.class);
        for (CostPath path : CostPath.values()) {
            int samples = costs.counts.getOrDefault(path.key, 0);
            paths.put(
                    path, new Distribution(samples, borrowed(costs, path), quantiles(costs, path)));
        }
        return new Calibration(trace, costs.coarseClock, paths);
    }

    private static String borrowed(PathCosts costs, CostPath path) {
        String start = path.key + ": ";
        return costs.borrowed.stream()
                .filter(note -> note.startsWith(start))
                .map(note -> note.substring(start.length()))
                .findFirst()
                .orElse("");
    }

    private static NavigableMap<Double, Long> quantiles(PathCosts costs, CostPath path) {
        long[] sorted = path.of(costs);
        var quantiles = new TreeMap<Double, Long>();
        if (path.isNumber() && sorted.length > 0) {
            quantiles.put(MEDIAN, sorted[0]);
        } else if (sorted.length > 0) {
            for (int mille : PER_MILLE) {
                // Nearest rank in whole numbers: 0.55 × 1000 is more than 550 in floating point.
                int rank = (int) Math.ceilDiv((long) mille * sorted.length, MILLE);
                quantiles.put(mille / (double) MILLE, sorted[Math.max(0, rank - 1)]);
            }
        }
        return quantiles;
    }

    /** Whether the capture showed none of the paths. */
    public boolean isEmpty() {
        return paths.values().stream().allMatch(path -> path.quantiles.isEmpty());
    }

    /** Returns the costs as a replay uses them. */
    public PathCosts costs() {
        var costs = new PathCosts();
        costs.coarseClock = coarseClock;
        costs.origin = trace;
        paths.forEach((path, mine) -> put(costs, path, mine, mine.values()));
        return costs;
    }

    private static void put(PathCosts costs, CostPath path, Distribution from, long[] sorted) {
        costs.counts.put(path.key, from.samples);
        path.set(costs, sorted);
        if (!from.borrowed.isEmpty()) {
            costs.borrowed.add(path.key + ": " + from.borrowed);
        }
    }

    /**
     * Returns what a replay of a trace burns when these costs replace the trace's own.
     *
     * <p>A path whose quantiles are the trace's own keeps its samples, so that a trace's own
     * calibration changes nothing. A path without quantiles here is the trace's own too, and the
     * costs say so. The clock is the trace's.
     *
     * @param file what the report calls these costs
     */
    PathCosts over(PathCosts own, String file) {
        Calibration before = of(own, "");
        var costs = new PathCosts();
        costs.coarseClock = own.coarseClock;
        costs.origin = "%s (calibrated from %s)".formatted(file, trace);
        for (CostPath path : CostPath.values()) {
            Distribution mine = paths.getOrDefault(path, Distribution.NONE);
            Distribution its = before.paths.get(path);
            boolean kept = mine.quantiles.isEmpty() || mine.quantiles.equals(its.quantiles);
            put(costs, path, kept ? its : mine, kept ? path.of(own) : mine.values());
            if (mine.quantiles.isEmpty() && !its.quantiles.isEmpty()) {
                costs.borrowed.add(path.key + ": not in " + file + ", so this trace's own");
            }
        }
        return costs;
    }
}
