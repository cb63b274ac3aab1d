package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * Runs that wait: a device's descriptor ring, a softirq's backlog, a task's quanta. Bounded and
 * lock-free.
 *
 * <p><b>Threads.</b> {@link #offer} any holder; {@link #poll} one consumer at a time.
 */
final class RunRing {
    static final int CAPACITY = 8192;

    private final MpscVarHandleArrayQueue<Run> queue = new MpscVarHandleArrayQueue<>(CAPACITY);

    /** Adds a run; {@code false} when the ring is full: the caller counts the drop. */
    @HotPath
    boolean offer(Run run) {
        return queue.offer(run);
    }

    /** Returns the oldest run, or null. */
    @HotPath
    Run poll() {
        return queue.poll();
    }

    /** Returns how many runs wait; exact for the consumer while nobody offers. */
    @HotPath
    int size() {
        return queue.size();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }
}
