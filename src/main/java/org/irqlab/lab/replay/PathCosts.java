package org.irqlab.lab.replay;

/**
 * Costs of the kernel's own paths between two traced points, calibrated from the capture; burnt as
 * guest time and listed in the report as model. All in ns, tracing cost included, as recorded.
 *
 * <p>Pure code has one number, a low quantile: what lies above it in the capture is queueing, which
 * the replay makes by itself, or jitter. Paths through halt, IPI and idle exit have the empirical
 * distribution.
 */
public final class PathCosts {
    /**
     * Interrupt exit → softirq entry that follows directly, the vector raised in that interrupt.
     */
    public long irqExitToSoftirqNs;

    /** Softirq exit → next softirq entry of the same batch. */
    public long softirqToSoftirqNs;

    /** Raise in task context → softirq entry at the bottom-half enable. */
    public long raiseToSoftirqInTaskNs;

    /**
     * Local wake with the CPU busy: last event of the waking context → switch-in, when it preempts
     * at once.
     */
    public long switchNs;

    /** Wake in task context → the point at which a rescheduling flag acts. */
    public long wakeToRescheduleNs;

    /** Switch-in of a worker → start of its work item. */
    public long workerStartNs;

    /** End of a work item → switch-out of its worker, or start of its next item. */
    public long workerNextNs;

    public long workerLeaveNs;

    /**
     * Idle CPU, local wake: end of the interrupt or softirq that woke → switch-in. Sorted samples.
     */
    public long[] idleExitNs;

    /** Idle CPU, remote wake: waking → wakeup on the target. Sorted samples. */
    public long[] remoteWakeIdleNs;

    /** Idle CPU, remote wake: wakeup on the target → switch-in. Sorted samples. */
    public long[] remoteSwitchInNs;

    /** Busy CPU, remote wake: waking → wakeup. Sorted samples. */
    public long[] remoteWakeBusyNs;
}
