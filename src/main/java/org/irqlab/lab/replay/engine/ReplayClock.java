package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The time of a replay: host time, standing still while the host takes a virtual CPU away.
 *
 * <p>The recorded machine lost no such time. If arrivals kept to the host's clock, every gap would
 * be followed by a burst that nobody recorded, and its damage would travel through the backlog. So
 * the schedule slips by what was stolen, on all CPUs; reports say by how much.
 *
 * <p>It slips by a quarter of the time at the most: on a host that is busy otherwise, or with many
 * CPUs, of which one is always away, it would never arrive. What goes beyond makes arrivals late,
 * and their busy periods tainted.
 *
 * <p><b>Threads.</b> {@link #stolen} by any holder, {@link #slippedNs} by any thread. A CPU sees
 * its own gaps at once and those of others at one of its next polls: a deadline can then only be
 * early, and is looked at again.
 */
final class ReplayClock {
    /** Elapsed time, divided by this, is the most by which the schedule slips. */
    private static final long MOST_SHARE = 4;

    /** The slip that is granted from the start: more than the longest gaps of a usable host. */
    private static final long FIRST_NS = 50_000_000;

    private final AtomicLong slippedNs = new AtomicLong();
    private volatile long originNs = Long.MAX_VALUE;

    /** Sets the start of the schedule, host ns. Before the machine starts. */
    void startAt(long hostNs) {
        originNs = hostNs;
    }

    void stolen(long gapNs) {
        long elapsedNs = Math.max(0, HostClock.nowNs() - originNs);
        if (slippedNs.getOpaque() + gapNs <= elapsedNs / MOST_SHARE + FIRST_NS) {
            slippedNs.addAndGet(gapNs);
        }
    }

    /** Returns by how much the replay's time is behind the host's, ns. */
    @HotPath
    long slippedNs() {
        return slippedNs.getOpaque();
    }
}
