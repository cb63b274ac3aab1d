package org.irqlab.lab.trace.tick;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Tells HZ, and with it the rate of the counter, from the tick's period in cycles: one of the four
 * with which x86 kernels are built, weighed by the rate that follows from it and by timers of known
 * length.
 *
 * @param hz the most probable
 * @param other the runner-up, 0 if there is none
 * @param probability of {@code hz}, 0 when none gives a possible rate
 * @param timersThatFit timers of seconds whose length in ticks fits {@code hz}
 * @param timers all timers of seconds
 * @param shortWaits waits of the RCU thread of at most two ticks, which speak against HZ above 250
 */
public record TickFrequency(
        int hz, int other, double probability, int timersThatFit, int timers, int shortWaits) {
    /**
     * A stretch between two runs of a timer that the kernel arms again and again.
     *
     * @param seconds its period
     */
    public record KernelTimer(int seconds, long cycles) {}

    private static final int[] CONFIG_HZ = {100, 250, 300, 1000};

    /** How common each is among machines of today: a judgement, as is {@link #plausibility}. */
    private static final double[] COMMON = {0.12, 0.4, 0.08, 0.4};

    private static final double NEEDED_PROBABILITY = 0.95;
    private static final double ONE_JIFFY_WAIT_PERIODS = 2.05;
    private static final int LEAST_SHORT_WAITS = 2;
    private static final int HIGHEST_HZ_OF_ONE_JIFFY_WAIT = 250;

    /** Timers of one kernel are late for the same reasons: more than this many add nothing. */
    private static final int INDEPENDENT_TIMERS = 8;

    public static TickFrequency decide(double period, List<KernelTimer> timers, long[] rcuWaits) {
        int shortWaits =
                (int)
                        Arrays.stream(rcuWaits)
                                .filter(wait -> wait < ONE_JIFFY_WAIT_PERIODS * period)
                                .count();
        double[] weight = new double[CONFIG_HZ.length];
        for (int i = 0; i < CONFIG_HZ.length; i++) {
            weight[i] = COMMON[i] * plausibility(period * CONFIG_HZ[i]);
            weight[i] *= timerWeight(period * CONFIG_HZ[i], timers);
            if (shortWaits >= LEAST_SHORT_WAITS && CONFIG_HZ[i] > HIGHEST_HZ_OF_ONE_JIFFY_WAIT) {
                weight[i] *= 0.02;
            }
        }
        int best = largest(weight, -1);
        int second = largest(weight, best);
        double sum = Arrays.stream(weight).sum();
        double perSecond = period * CONFIG_HZ[best];
        return new TickFrequency(
                CONFIG_HZ[best],
                weight[second] > 0 ? CONFIG_HZ[second] : 0,
                sum > 0 ? weight[best] / sum : 0,
                (int) timers.stream().filter(t -> fits(ratio(t, perSecond))).count(),
                timers.size(),
                shortWaits);
    }

    private static int largest(double[] weight, int except) {
        int largest = except == 0 ? 1 : 0;
        for (int i = 0; i < weight.length; i++) {
            if (i != except && weight[i] > weight[largest]) {
                largest = i;
            }
        }
        return largest;
    }

    /** TSC rates of x86 machines: most are between 1.5 and 4.2 GHz. */
    private static double plausibility(double hertz) {
        double ghz = hertz / 1e9;
        if (ghz < 0.5 || ghz > 6) {
            return 0;
        }
        // Not a TSC but a counter of ns.
        if (Math.abs(ghz - 1) < 1e-4) {
            return 1;
        }
        if (ghz < 1.5) {
            return ghz < 1 ? 0.02 : 0.1;
        }
        return ghz <= 4.2 ? 1 : ghz <= 5 ? 0.2 : 0.02;
    }

    private static double timerWeight(double cyclesPerSecond, List<KernelTimer> timers) {
        double log = 0;
        for (KernelTimer timer : timers) {
            log += Math.log(likelihood(ratio(timer, cyclesPerSecond)));
        }
        int counted = Math.min(timers.size(), INDEPENDENT_TIMERS);
        return timers.isEmpty() ? 1 : Math.exp(log * counted / timers.size());
    }

    private static double ratio(KernelTimer timer, double cyclesPerSecond) {
        return timer.cycles() / cyclesPerSecond / timer.seconds();
    }

    /** The timer wheel rounds up by 1/8 at most. */
    private static boolean fits(double ratio) {
        return ratio > 0.955 && ratio < 1.13;
    }

    /**
     * A timer whose period is rounded to whole seconds may be a little early; an idle CPU may serve
     * a deferrable one late; much too early cannot be.
     */
    private static double likelihood(double ratio) {
        if (fits(ratio)) {
            return 1;
        }
        if (ratio >= 1.13) {
            return 0.1;
        }
        return ratio > 0.74 ? 0.05 : 0.002;
    }

    /** Returns whether {@link #hz} can be relied on. */
    public boolean certain() {
        return probability >= NEEDED_PROBABILITY;
    }

    /** Returns whether more than the tick's period speaks for {@link #hz}. */
    public boolean confirmed() {
        return timersThatFit > 0 || shortWaits >= LEAST_SHORT_WAITS;
    }

    /** Returns why {@link #hz} is believed, in words. */
    public String reason() {
        var reason = new StringBuilder("HZ=" + hz);
        if (!confirmed()) {
            reason.append(", the only one that gives a likely rate");
        }
        String link = " by ";
        if (timersThatFit > 0) {
            reason.append(link + timersThatFit + " of " + timers + " kernel timers of 1 to 5 s");
            link = " and ";
        }
        if (shortWaits >= LEAST_SHORT_WAITS) {
            reason.append(link + shortWaits + " one-jiffy waits of RCU");
        }
        return reason.append(
                        probability > 0.999
                                ? ", over 99.9 % sure"
                                : String.format(Locale.ROOT, ", %.1f %% sure", probability * 100))
                .toString();
    }

    /** Returns why the rate cannot be told, in words. */
    public String doubt(double period) {
        if (probability == 0) {
            return String.format(
                    Locale.ROOT,
                    "no HZ makes a tick of %,.0f cycles the rate of a processor (0.5 to 6 GHz)",
                    period);
        }
        return String.format(
                Locale.ROOT,
                "the tick comes every %,.0f cycles, but HZ may be %d (%.3f GHz) or %d (%.3f GHz)",
                period,
                hz,
                period * hz / 1e9,
                other,
                period * other / 1e9);
    }
}
