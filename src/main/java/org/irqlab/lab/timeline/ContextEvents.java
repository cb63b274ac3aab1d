package org.irqlab.lab.timeline;

import org.irqlab.lab.trace.TraceEvent;

/**
 * Takes what a {@link TraceTimeline} makes of a trace. Frames, tasks and wakes are the timeline's
 * own and change after the call.
 *
 * <p><b>Threads.</b> Called by one thread.
 */
public interface ContextEvents {
    /** An interrupt or softirq run began; it is on top of the CPU's stack. */
    default void entered(CpuTimeline cpu, ContextFrame frame) {}

    /** The run on top of the stack ends; its net time is complete. */
    default void left(CpuTimeline cpu, ContextFrame frame, long nowNs) {}

    /** A run whose end was lost is taken off the stack. */
    default void discarded(CpuTimeline cpu, ContextFrame frame) {}

    /**
     * A softirq vector was raised.
     *
     * @param merged it was pending
     */
    default void raised(CpuTimeline cpu, int vector, boolean merged, long nowNs) {}

    /** A NAPI instance was polled. */
    default void polled(CpuTimeline cpu, TraceEvent event) {}

    /**
     * A work item was queued.
     *
     * @param again it was queued already and had not started, so that one was taken back
     */
    default void workQueued(CpuTimeline cpu, TraceWork work, boolean again, TraceEvent event) {}

    /** A worker starts the item; {@code work.queuedNs} still tells when it was queued. */
    default void workStarted(CpuTimeline cpu, TraceWork work, long nowNs) {}

    /** The worker is done with the item; {@code worker.work} is still the item. */
    default void workEnded(CpuTimeline cpu, TraceTask worker, long nowNs) {}

    /** sched_waking, or sched_wakeup_new: somebody wakes the task. */
    default void waking(CpuTimeline cpu, TraceTask task, TraceWake wake, long nowNs) {}

    /**
     * sched_wakeup: the task is runnable.
     *
     * @param cpu the CPU that recorded it
     * @param merged it was awake, so the wake changes nothing
     */
    default void woken(
            CpuTimeline cpu, TraceTask task, TraceWake wake, boolean merged, long nowNs) {}

    /**
     * The CPU's task is now {@code cpu.current()}.
     *
     * @param how what is known of the switch
     * @param starts a quantum starts here; {@code startedBy} is its wake. Otherwise the task goes
     *     on.
     */
    default void switchedIn(CpuTimeline cpu, SwitchIn how, boolean starts) {}

    /**
     * The CPU's task leaves it.
     *
     * @param sleeps its quantum ends here; otherwise it was preempted
     */
    default void switchedOut(CpuTimeline cpu, TraceTask task, boolean sleeps, long nowNs) {}

    /** Events of the CPU were lost, with the end of what its task did. */
    default void lostSight(CpuTimeline cpu, TraceTask task, long nowNs) {}

    /** Events of the CPU were lost from its last one to {@code untilNs}; its stack is empty. */
    default void gap(CpuTimeline cpu, long fromNs, long untilNs) {}
}
