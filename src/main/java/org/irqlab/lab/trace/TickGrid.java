package org.irqlab.lab.trace;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The regular grid on which a machine's ticks stand, in cycles.
 *
 * <p>An idle CPU skips ticks, so a step between two is a whole number of periods; interrupts are
 * taken late, by µs usually and by ms when the host was busy, so the fit drops what is far off.
 *
 * @param period cycles from tick to tick
 * @param ticks how many were used
 * @param span cycles from the first to the last used
 * @param scatter cycles by which nine of ten ticks are off the grid at most
 */
record TickGrid(double period, int ticks, double span, double scatter) {
    /** 0.5 GHz at HZ=1000, and 6 GHz at HZ=100. */
    private static final double SHORTEST_PERIOD = 0.5e9 / 1000;

    private static final double LONGEST_PERIOD = 6e9 / 100;
    private static final int FEWEST_STEPS = 8;
    private static final int SMALL_STEP_PERIODS = 8;
    private static final double STEP_TOLERANCE = 0.05;
    private static final double LEAST_SHARE_ON_GRID = 0.7;
    private static final int ROUNDS = 6;

    /**
     * Finds the grid.
     *
     * @param cpus times of the ticks of each CPU, ascending
     * @return null if there is none
     */
    static TickGrid fit(List<long[]> cpus) {
        double period = firstPeriod(steps(cpus));
        if (period == 0) {
            return null;
        }
        // Each round counts periods over longer gaps, for which the round before was exact enough.
        int longestGap = SMALL_STEP_PERIODS;
        TickGrid grid = null;
        for (int round = 0; round < ROUNDS; round++) {
            grid = refine(cpus, period, longestGap);
            if (grid == null) {
                return null;
            }
            period = grid.period;
            longestGap *= 8;
        }
        return grid;
    }

    private static long[] steps(List<long[]> cpus) {
        return cpus.stream()
                .flatMapToLong(t -> IntStream.range(1, t.length).mapToLong(i -> t[i] - t[i - 1]))
                .sorted()
                .toArray();
    }

    /**
     * Returns the length of step around which most stand, and of which the others are multiples.
     */
    private static double firstPeriod(long[] steps) {
        double best = 0;
        double bestShare = 0;
        int fewest = Math.max(FEWEST_STEPS / 2, steps.length / 50);
        int stop = 0;
        for (int i = 0; i < steps.length; i++) {
            while (stop < steps.length && steps[stop] <= steps[i] * 1.01) {
                stop++;
            }
            double middle = steps[(i + stop - 1) / 2];
            if (stop - i < fewest || middle < SHORTEST_PERIOD || middle > LONGEST_PERIOD) {
                continue;
            }
            double share = shareOnGrid(steps, middle);
            if (share > bestShare) {
                bestShare = share;
                best = middle;
            }
            // The next candidate: the next cluster, not the next step of this one.
            i = (i + stop - 1) / 2;
        }
        return bestShare >= LEAST_SHARE_ON_GRID ? best : 0;
    }

    private static double shareOnGrid(long[] steps, double period) {
        int on = 0;
        int all = 0;
        for (long step : steps) {
            double periods = step / period;
            double whole = Math.rint(periods);
            if (whole > SMALL_STEP_PERIODS) {
                break;
            }
            all++;
            if (whole >= 1 && Math.abs(periods - whole) <= STEP_TOLERANCE) {
                on++;
            }
        }
        return all < FEWEST_STEPS ? 0 : (double) on / all;
    }

    /** Straight line through the ticks of all CPUs: one slope, one offset for each stretch. */
    private static TickGrid refine(List<long[]> cpus, double period, int longestGap) {
        var fit = new LineFit();
        for (long[] ticks : cpus) {
            int start = 0;
            for (int i = 1; i <= ticks.length; i++) {
                boolean cut = i == ticks.length || ticks[i] - ticks[i - 1] > longestGap * period;
                if (cut) {
                    fit.addStretch(ticks, start, i, period);
                    start = i;
                }
            }
        }
        return fit.solve(period);
    }

    /** One line, such as "819 ticks every 10384488.1 cycles (scatter 31 us)". */
    String describe(int hz) {
        return String.format(
                Locale.ROOT,
                "%,d ticks every %,.1f cycles (90 %% within %.0f us of a grid over %.1f s)",
                ticks,
                period,
                scatter / (period * hz) * 1e6,
                span / (period * hz));
    }

    /** Least squares, and once more without what is far off. */
    private static final class LineFit {
        private double[] periods = new double[256];
        private double[] offset = new double[256];
        private int[] stretch = new int[256];
        private int count;
        private int stretches;
        private double span;

        void addStretch(long[] ticks, int from, int to, double period) {
            if (to - from < 2) {
                return;
            }
            double whole = 0;
            for (int i = from; i < to; i++) {
                if (i > from) {
                    whole += Math.rint((ticks[i] - ticks[i - 1]) / period);
                }
                add(whole, ticks[i] - ticks[from] - whole * period);
            }
            stretches++;
            span = Math.max(span, ticks[to - 1] - ticks[from]);
        }

        private void add(double whole, double off) {
            if (count == periods.length) {
                periods = Arrays.copyOf(periods, count * 2);
                offset = Arrays.copyOf(offset, count * 2);
                stretch = Arrays.copyOf(stretch, count * 2);
            }
            periods[count] = whole;
            offset[count] = off;
            stretch[count++] = stretches;
        }

        TickGrid solve(double period) {
            if (count < FEWEST_STEPS) {
                return null;
            }
            var use = new boolean[count];
            Arrays.fill(use, true);
            double slope = 0;
            double scatter = Double.MAX_VALUE;
            for (int pass = 0; pass < 4; pass++) {
                double[] base = new double[stretches];
                slope = slope(use);
                double[] residual = residuals(slope, use, base);
                scatter = quantile(residual, 0.9);
                double limit = Math.max(3 * quantile(residual, 0.5), 1);
                for (int i = 0; i < count; i++) {
                    use[i] = residual[i] <= limit;
                }
            }
            return new TickGrid(period + slope, count, span, scatter);
        }

        private double slope(boolean[] use) {
            double[] n = new double[stretches];
            double[] sumX = new double[stretches];
            double[] sumY = new double[stretches];
            for (int i = 0; i < count; i++) {
                if (use[i]) {
                    n[stretch[i]]++;
                    sumX[stretch[i]] += periods[i];
                    sumY[stretch[i]] += offset[i];
                }
            }
            double xy = 0;
            double xx = 0;
            for (int i = 0; i < count; i++) {
                if (use[i]) {
                    int s = stretch[i];
                    double x = periods[i] - sumX[s] / n[s];
                    xy += x * (offset[i] - sumY[s] / n[s]);
                    xx += x * x;
                }
            }
            return xx == 0 ? 0 : xy / xx;
        }

        /** Distances from the line through the median of each stretch. */
        private double[] residuals(double slope, boolean[] use, double[] base) {
            for (int s = 0; s < stretches; s++) {
                int of = s;
                base[s] =
                        quantile(
                                IntStream.range(0, count)
                                        .filter(i -> stretch[i] == of && use[i])
                                        .mapToDouble(i -> offset[i] - slope * periods[i])
                                        .toArray(),
                                0.5);
            }
            double[] residual = new double[count];
            for (int i = 0; i < count; i++) {
                residual[i] = Math.abs(offset[i] - slope * periods[i] - base[stretch[i]]);
            }
            return residual;
        }

        private static double quantile(double[] values, double share) {
            if (values.length == 0) {
                return 0;
            }
            double[] sorted = values.clone();
            Arrays.sort(sorted);
            return sorted[(int) Math.min(sorted.length - 1, sorted.length * share)];
        }
    }
}
