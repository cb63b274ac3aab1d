package org.irqlab.kernel.sched.fair;

import java.util.ArrayDeque;

/** Placeholder: round robin. */
public final class FairQueue {
    private final ArrayDeque<FairEntity> queue = new ArrayDeque<>();

    public void enqueue(FairEntity e) {
        queue.add(e);
    }

    public void dequeue(FairEntity e) {
        queue.remove(e);
    }

    public FairEntity pick() {
        return queue.peek();
    }

    public int size() {
        return queue.size();
    }
}
