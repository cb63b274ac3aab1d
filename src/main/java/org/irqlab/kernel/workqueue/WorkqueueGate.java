package org.irqlab.kernel.workqueue;

import org.irqlab.base.HotPath;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether a queue takes work of anybody.
 *
 * <p><b>Threads.</b> Any holder. Closed by who drains, before a first flush that waits for what
 * came in before: a queueing that is too early to see it has a place in that flush.
 */
final class WorkqueueGate {
    private final AtomicInteger drainers = new AtomicInteger();
    private volatile boolean destroyed;

    /** Returns whether only the queue's own work may queue. */
    @HotPath
    boolean closed() {
        return drainers.get() > 0 || destroyed;
    }

    void drainBegins() {
        drainers.incrementAndGet();
    }

    void drainEnds() {
        drainers.decrementAndGet();
    }

    /** Closes the gate for good. */
    void destroy() {
        destroyed = true;
    }

    boolean destroyed() {
        return destroyed;
    }
}
