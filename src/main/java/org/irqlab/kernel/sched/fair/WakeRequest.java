package org.irqlab.kernel.sched.fair;

/**
 * One wake-up that needs a CPU: a parameter block that its owner, the waker's CPU, fills anew for
 * every wake-up. Fields are set by the caller; {@link WakePlacement} only reads them, but for the
 * histories.
 */
public final class WakeRequest {
    /** CPU that executes the wake-up, be it in a task, a softirq or an interrupt. */
    public int thisCpu;

    /** CPU on which the wakee last ran ({@code wake_cpu}). */
    public int prevCpu;

    /** CPUs the wakee may run on; a single one if it is pinned or must not migrate. */
    public long allowed;

    /** The waker is about to sleep (WF_SYNC). */
    public boolean sync;

    /** Run it here if allowed (WF_CURRENT_CPU). */
    public boolean onThisCpu;

    /** The waker is exiting: its promise to sleep soon does not count. */
    public boolean wakerExits;

    /**
     * The waker is a kernel thread bound to one CPU and wakes from task context; false in a softirq
     * or interrupt that such a thread runs or was interrupted by.
     */
    public boolean wakerIsBoundKthread;

    /** History of the current task of {@link #thisCpu}, which may be its idle task. */
    public WakeHistory waker;

    /** History of the wakee. */
    public WakeHistory wakee;

    /** Load of the current task of {@link #thisCpu} ({@code task_h_load}); for {@link #sync}. */
    public long wakerLoad;

    /** Load of the wakee. */
    public long wakeeLoad;

    /** Time of the wake-up. */
    public long nowNs;

    /** Makes an empty request. */
    public WakeRequest() {}
}
