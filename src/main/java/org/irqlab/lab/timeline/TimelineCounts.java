package org.irqlab.lab.timeline;

/**
 * What a {@link TraceTimeline} met on its way, good and odd.
 *
 * <p><b>Threads.</b> One: that of the timeline.
 */
public final class TimelineCounts {
    public long events;

    /** Switch-ins from idle that no sched_switch recorded; taken from the task's first event. */
    public long implicitSwitchIns;

    /** Changes of a CPU's task, other than from idle, that no sched_switch recorded. */
    public long unrecordedSwitches;

    /** Switches from or to a task that is not a worker, ksoftirqd or idle, both sides. */
    public long switchesOfOthers;

    /** Wakes of tasks that are not workers or ksoftirqd. */
    public long wakesOfOthers;

    /** Events in interrupt context whose interrupt has no entry event. */
    public long unrecordedInterrupts;

    /** Softirq runs without a recorded raise. */
    public long softirqsWithoutRaise;

    /** Interrupt and softirq exits without their entry. */
    public long exitsWithoutEntry;

    /** Interrupt and softirq runs taken off the stack without their exit. */
    public long discarded;

    /** Work items that ended without a start, or started while another one was open. */
    public long workMismatches;

    /** Work items of a workqueue that runs in softirq context. */
    public long workInSoftirq;

    /** softirq_raise or softirq_entry with a vector that Linux does not have. */
    public long badVectors;

    /** Times at which events of a CPU were lost. */
    public long gaps;

    /** Sum of the stretches in which a CPU's events were lost. */
    public long gapNs;
}
