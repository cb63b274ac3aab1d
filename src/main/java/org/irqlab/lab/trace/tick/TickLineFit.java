package org.irqlab.lab.trace.tick;

import java.util.Arrays;

/**
 * Straight lines through stretches of ticks: one slope for all, an offset for each. Least squares,
 * repeated without the ticks that were far off.
 */
final class TickLineFit {
    private static final int PASSES = 4;
    private static final double KEPT_MEDIANS = 3;

    // By tick: periods since the start of its stretch, and cycles by which it is off.
    private double[] periods = new double[256];
    private double[] offset = new double[256];
    private int ticks;

    // By stretch: its first tick; one more that ends the last.
    private int[] start = new int[64];
    private int stretches;
    private double span;

    int ticks() {
        return ticks;
    }

    /** Adds ticks {@code from} to {@code to}, between which periods can be counted. */
    void addStretch(long[] times, int from, int to, double period) {
        if (to - from < 2) {
            return;
        }
        if (ticks + to - from > periods.length) {
            int length = Math.max(ticks + to - from, periods.length * 2);
            periods = Arrays.copyOf(periods, length);
            offset = Arrays.copyOf(offset, length);
        }
        if (stretches + 2 > start.length) {
            start = Arrays.copyOf(start, start.length * 2);
        }
        double whole = 0;
        for (int i = from; i < to; i++) {
            if (i > from) {
                whole += Math.rint((times[i] - times[i - 1]) / period);
            }
            periods[ticks] = whole;
            offset[ticks++] = times[i] - times[from] - whole * period;
        }
        start[++stretches] = ticks;
        span = Math.max(span, times[to - 1] - times[from]);
    }

    TickGrid solve(double period) {
        var use = new boolean[ticks];
        Arrays.fill(use, true);
        double slope = 0;
        double scatter = 0;
        for (int pass = 0; pass < PASSES; pass++) {
            slope = slope(use);
            double[] residual = residuals(slope, use);
            double[] sorted = residual.clone();
            Arrays.sort(sorted);
            scatter = sorted[(int) (sorted.length * 0.9)];
            double limit = Math.max(KEPT_MEDIANS * sorted[sorted.length / 2], 1);
            for (int i = 0; i < ticks; i++) {
                use[i] = residual[i] <= limit;
            }
        }
        return new TickGrid(period + slope, ticks, span, scatter);
    }

    private double slope(boolean[] use) {
        double xy = 0;
        double xx = 0;
        for (int s = 0; s < stretches; s++) {
            double n = 0;
            double sumX = 0;
            double sumY = 0;
            for (int i = start[s]; i < start[s + 1]; i++) {
                if (use[i]) {
                    n++;
                    sumX += periods[i];
                    sumY += offset[i];
                }
            }
            for (int i = start[s]; i < start[s + 1]; i++) {
                if (use[i]) {
                    double x = periods[i] - sumX / n;
                    xy += x * (offset[i] - sumY / n);
                    xx += x * x;
                }
            }
        }
        return xx == 0 ? 0 : xy / xx;
    }

    /** Distances from the line with this slope through the median of each stretch. */
    private double[] residuals(double slope, boolean[] use) {
        var residual = new double[ticks];
        var used = new double[ticks];
        for (int s = 0; s < stretches; s++) {
            int n = 0;
            for (int i = start[s]; i < start[s + 1]; i++) {
                residual[i] = offset[i] - slope * periods[i];
                if (use[i]) {
                    used[n++] = residual[i];
                }
            }
            Arrays.sort(used, 0, n);
            double middle = n == 0 ? 0 : used[n / 2];
            for (int i = start[s]; i < start[s + 1]; i++) {
                residual[i] = Math.abs(residual[i] - middle);
            }
        }
        return residual;
    }
}
