package org.irqlab.lab.trace.tick;

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
public record TickGrid(double period, int ticks, double span, double scatter) {
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
    public static TickGrid fit(List<long[]> cpus) {
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
        var fit = new TickLineFit();
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
        return fit.ticks() < FEWEST_STEPS ? null : fit.solve(period);
    }

    /** One line, such as "819 ticks every 10384488.1 cycles (scatter 31 us)". */
    public String describe(int hz) {
        return String.format(
                Locale.ROOT,
                "%,d ticks every %,.1f cycles (90 %% within %.0f us of a grid over %.1f s)",
                ticks,
                period,
                scatter / (period * hz) * 1e6,
                span / (period * hz));
    }
}
