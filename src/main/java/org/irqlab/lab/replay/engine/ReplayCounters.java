package org.irqlab.lab.replay.engine;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What one CPU of a replay has done.
 *
 * <p><b>Threads.</b> Written by the holder of the CPU's baton; {@link #executed} may be read by any
 * thread while it runs, the rest after the machine has stopped.
 */
final class ReplayCounters {
    // Own cache lines are not needed: written once an activity, read 50 times a second.
    private final AtomicLong executed = new AtomicLong();

    long workQueued;
    long workRun;
    long dropped;
    long wakes;
    long mergedWakes;

    /** Tasks woken that the recording's events found awake. */
    long extraWakes;

    long quanta;

    void ran() {
        executed.lazySet(executed.getPlain() + 1);
    }

    /** Returns how many activities have been executed. */
    long executed() {
        return executed.getOpaque();
    }
}
