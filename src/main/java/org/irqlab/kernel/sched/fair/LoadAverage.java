package org.irqlab.kernel.sched.fair;

import org.irqlab.base.HotPath;

/**
 * A decaying average of a level over time, with the half-life of Linux's per-entity load tracking:
 * 32 ms. With the level of a queue set to its {@link FairQueue#weight} it stands for {@code
 * cpu_load}; with the level of a task set to its weight while on queue, for {@code task_h_load};
 * with 1024 while a fair task runs, for the utilisation.
 *
 * <p><b>Threads.</b> Updated by the owner of what it measures; {@link #value} may be read racily by
 * others and then is as old as the last {@link #level}.
 *
 * <p>SIMPLIFIED: continuous time instead of periods of 1,024 us; the blocked load of a task stays
 * with the queue where it arose instead of moving with the task.
 *
 * @see "Linux kernel/sched/pelt.c"
 */
public final class LoadAverage {
    /** Time in which the past loses half of its weight. */
    public static final long HALF_LIFE_NS = 32L * 1024 * 1024;

    private static final double DECAY_PER_NS = -Math.log(2) / HALF_LIFE_NS;

    private double average;
    private long level;
    private long sinceNs;

    /** Makes an average that starts at 0, level 0, at {@code nowNs}. */
    public LoadAverage(long nowNs) {
        sinceNs = nowNs;
    }

    /** The level has been what it was until now, and is {@code newLevel} from here on. */
    @HotPath
    public void level(long newLevel, long nowNs) {
        average = at(nowNs);
        level = newLevel;
        sinceNs = nowNs;
    }

    /** Returns the average at {@code nowNs}, rounded down; does not change anything. */
    @HotPath
    public long value(long nowNs) {
        return (long) at(nowNs);
    }

    private double at(long nowNs) {
        long deltaNs = nowNs - sinceNs;
        if (deltaNs <= 0) {
            return average;
        }
        return level + (average - level) * Math.exp(deltaNs * DECAY_PER_NS);
    }
}
