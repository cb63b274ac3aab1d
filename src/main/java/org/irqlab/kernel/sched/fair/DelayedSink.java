package org.irqlab.kernel.sched.fair;

/** Takes the entities whose delayed dequeue a pick has finished. */
@FunctionalInterface
public interface DelayedSink {
    /**
     * {@code entity} is off the queue now; its task is blocked for real ({@code on_rq} 0, what
     * {@code __block_task} does). The next wake-up goes through CPU selection and {@link
     * FairQueue#enqueue}.
     *
     * <p>Called in the middle of {@link FairQueue#pick}: must not call the queue.
     */
    void dequeued(FairEntity entity);
}
