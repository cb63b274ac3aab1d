package org.irqlab.lab.timeline;

/**
 * One wake of a task, from sched_waking to the switch-in that it led to.
 *
 * <p><b>Threads.</b> One: that of the {@link TraceTimeline}.
 */
public final class TraceWake {
    /** No such time or CPU was recorded. */
    public static final int NONE = -1;

    /** sched_waking. */
    public long wakingNs;

    /** CPU that executed the wake. */
    public int wakerCpu;

    /** The wake came from an interrupt or a softirq, not from a task. */
    public boolean fromInterrupt;

    /** sched_wakeup: the task is on its run queue. */
    public long wokenNs;

    /** CPU that recorded sched_wakeup: the waker's, or the target's when it was sent there. */
    public int wokenOnCpu;

    /** CPU whose run queue the task went to. */
    public int targetCpu;

    /** The target CPU was idle at sched_waking. */
    public boolean targetIdle;

    /** sched_wakeup_new: the first wake of a forked task. */
    public boolean fork;

    /** For the listener that acts on wakes. */
    public int tag;

    boolean pending;

    void begin(long nowNs, int cpu, boolean interrupt) {
        wakingNs = nowNs;
        wakerCpu = cpu;
        fromInterrupt = interrupt;
        wokenNs = NONE;
        wokenOnCpu = NONE;
        targetCpu = NONE;
        targetIdle = false;
        fork = false;
        tag = NONE;
        pending = true;
    }

    boolean ready() {
        return pending && wokenNs >= 0;
    }

    /** Whether waker and target are the same CPU. */
    public boolean local() {
        return targetCpu == wakerCpu;
    }
}
