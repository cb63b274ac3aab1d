package org.irqlab.lab.replay.engine;

/**
 * One activity of the plan on its way through the machine, with its stamps: what a DMA descriptor
 * carries.
 *
 * <p><b>Threads.</b> Whoever was handed it through a queue; the queue orders the accesses.
 */
final class Run {
    final int activity;

    /** The source whose arrival it serves, or −1. */
    final int source;

    /** Scheduled time of that arrival, host ns. */
    long arrivalNs;

    /** When it was raised, queued or woken, host ns. */
    long raisedNs;

    Run(int activity, int source) {
        this.activity = activity;
        this.source = source;
    }
}
