package org.irqlab.lab.timeline;

/**
 * One work item, by its address, and where it stands between queueing and the end of its execution.
 *
 * <p><b>Threads.</b> One: that of the {@link TraceTimeline}.
 */
public final class TraceWork {
    public final long object;
    public int functionId;
    public int workqueueId;

    /** workqueue_queue_work, or -1 when it is not queued as far as the trace tells. */
    public long queuedNs = TraceWake.NONE;

    /** CPU that queued it. */
    public int queuedOnCpu;

    /** CPU that the kernel chose, negative for an unbound pool. */
    public int chosenCpu;

    /** Start of the execution that goes on, or -1. */
    public long startedNs = TraceWake.NONE;

    /** Net clock of the worker at the start. */
    public long startedNetNs;

    /** How often the worker slept inside this execution, and how long. */
    public int sleeps;

    public long sleptNs;

    /** For the listener that acts on work: the queueing, and the execution. */
    public int queueTag = TraceWake.NONE;

    public int runTag = TraceWake.NONE;

    TraceWork(long object) {
        this.object = object;
    }
}
