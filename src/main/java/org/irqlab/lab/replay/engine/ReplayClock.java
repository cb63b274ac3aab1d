package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The time of a replay: host time, standing still while the host takes a virtual CPU away.
 *
 * <p>The recorded machine lost no such time. If arrivals kept to the host's clock, every gap would
 * be followed by a burst that nobody recorded, and its damage would travel through the backlog. So
 * the schedule slips by what was stolen, on all CPUs; reports say by how much.
 *
 * <p><b>Threads.</b> {@link #stolen} by any holder, {@link #slippedNs} by any thread. A CPU sees
 * its own gaps at once and those of others at one of its next polls: a deadline can then only be
 * early, and is looked at again.
 */
final class ReplayClock {
    private final AtomicLong slippedNs = new AtomicLong();

    void stolen(long gapNs) {
        slippedNs.addAndGet(gapNs);
    }

    /** Returns by how much the replay's time is behind the host's, ns. */
    @HotPath
    long slippedNs() {
        return slippedNs.getOpaque();
    }
}
