package org.irqlab.kernel.path;

/**
 * A stretch of the kernel's own code between two tracepoints, for which a {@link PathModel} has a
 * cost.
 */
public enum KernelPath {
    SOFTIRQ_ENTRY,
    SOFTIRQ_NEXT,
    IDLE_EXIT,
    LOCAL_WAKE,
    WORKER_START,
    WORKER_NEXT,
    /** The last stretch of a top half. */
    TOP_END,
    /** The last stretch of a bottom half or a work item. */
    BOTTOM_END,
    /** The last stretch of a task's own time, to the switch with which it goes to sleep. */
    SLEEP,
    /** The same of a kernel thread whose function is done. */
    THREAD_SLEEP
}
