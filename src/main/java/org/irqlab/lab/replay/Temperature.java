package org.irqlab.lab.replay;

/**
 * How much of what a kernel path touches is still in the CPU's caches, as far as the time tells
 * since the same path last ran on that CPU; of a wake, or a switch that preempts, since the task
 * for which it is last ran.
 *
 * <p>On two recordings of one machine the median wake of a busy CPU took 1.23 and 1.30 µs hot, 2.09
 * and 1.87 µs warm, 4.28 and 4.34 µs cold.
 */
public enum Temperature {
    /** At most {@value #HOT_NS} ns ago: within a burst. */
    HOT,
    /** At most {@value #WARM_NS} ns ago. */
    WARM,
    /** Longer ago, or never. */
    COLD;

    private static final long HOT_NS = 200_000;
    private static final long WARM_NS = 5_000_000;

    /** Returns the temperature of a path that last ran {@code sinceNs} ago. */
    public static Temperature after(long sinceNs) {
        if (sinceNs <= HOT_NS) {
            return HOT;
        }
        return sinceNs <= WARM_NS ? WARM : COLD;
    }
}
