package org.irqlab.lab.replay.engine;

import org.irqlab.lab.replay.ReplayPlan;

import java.util.Arrays;

/**
 * How a pass goes through a plan: how fast, how far, and with which of the host's priorities.
 *
 * @param speed by which recorded times are divided; costs stay what they are
 * @param limitNs of the plan's time after which the pass ends
 * @param hostNice of the threads that carry the virtual CPUs
 */
record Pace(long speed, long limitNs, int hostNice) {
    /** The host's own threads get out of the way of the virtual CPUs. */
    private static final int MEASURED_NICE = -20;

    /** The JIT compiler gets its share of the cores. */
    private static final int WARM_UP_NICE = 0;

    /** Share of busy time up to which a warm-up is made faster. */
    private static final double WARM_UP_LOAD = 0.6;

    private static final long MOST_SPEED = 16;
    private static final long MOST_TIMES_LENGTH = 3;
    private static final long PATIENCE_NS = 5_000_000_000L;
    private static final long WARM_UP_NS = 2_000_000_000;

    /** The whole plan as it was recorded. */
    static final Pace MEASURED = new Pace(1, Long.MAX_VALUE, MEASURED_NICE);

    /** At most two seconds, with as little idle time as the plan's own work allows. */
    static Pace warmUp(ReplayPlan plan) {
        double busyNs = Arrays.stream(plan.costNs).sum();
        double load = busyNs / Math.max(1, (double) plan.durationNs * plan.cpus);
        long speed = Math.clamp((long) (WARM_UP_LOAD / load), 1, MOST_SPEED);
        return new Pace(speed, WARM_UP_NS * speed, WARM_UP_NICE);
    }

    /** Returns how long a pass of {@code lengthNs} may take on a host that is busy otherwise. */
    long patienceNs(long lengthNs) {
        return MOST_TIMES_LENGTH * lengthNs + PATIENCE_NS;
    }

    /** Returns a recorded length at this pace. */
    long paced(long ns) {
        return ns / speed;
    }
}
