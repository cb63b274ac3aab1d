package org.irqlab.kernel.softirq;

import org.irqlab.base.HotPath;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;

/**
 * What waits for a softirq vector on one CPU: a bounded lock-free queue, filled by this CPU's top
 * halves and, for work steered here, by other CPUs.
 *
 * <p><b>Threads.</b> {@link #offer} any thread; {@link #poll} the holder of the CPU's baton.
 * <b>Memory ordering.</b> What was written before a successful offer is visible after the poll that
 * returns the item.
 *
 * @param <T> what waits; reused by its owner, so that nothing is allocated
 */
public final class SoftirqBacklog<T> {
    private final MpscVarHandleArrayQueue<T> queue;

    /** Makes a backlog of at least {@code capacity} items. */
    public SoftirqBacklog(int capacity) {
        queue = new MpscVarHandleArrayQueue<>(capacity);
    }

    /** Adds an item; {@code false} when the backlog is full: the caller counts the drop. */
    @HotPath
    public boolean offer(T item) {
        return queue.offer(item);
    }

    /** Returns the oldest item, or null. */
    @HotPath
    public T poll() {
        return queue.poll();
    }

    public int size() {
        return queue.size();
    }
}
