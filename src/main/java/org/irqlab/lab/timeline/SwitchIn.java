package org.irqlab.lab.timeline;

import org.irqlab.lab.timeline.ContextFrame.Before;

/**
 * One switch of a CPU to another task; filled again for the next one.
 *
 * <p><b>Threads.</b> One: that of the {@link TraceTimeline}.
 */
public final class SwitchIn {
    /** How the switch is known. */
    public enum Evidence {
        /** sched_switch. */
        RECORDED,
        /** The task's first event after the CPU's idle task, whose switch was not recorded. */
        IMPLICIT_FROM_IDLE,
        /** The task's first event after another task, whose switch was not recorded. */
        UNRECORDED,
        /** The task of the CPU's first event. */
        AT_START
    }

    public Evidence evidence;
    public long timeNs;

    /** The task before, or null at the start. */
    public TraceTask from;

    /** The task before was put off the CPU while it could run on. */
    public boolean preempted;

    /** The CPU's event before the switch, and its time. */
    public Before before;

    public long beforeNs;

    /** Start of the interrupts that ended directly before; meaningful after an exit. */
    public long blockStartNs;

    /** Whether the task before was the idle task. */
    public boolean fromIdle() {
        return from != null && from.taskClass == TaskClass.IDLE;
    }
}
