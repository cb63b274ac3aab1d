package org.irqlab.kernel.path;

/**
 * How long the kernel's own code paths take on the machine that is imitated: the points at which
 * the kernel burns model time. All values in ns; a path that irqlab's own code has already spent is
 * not burnt again.
 *
 * <p><b>Threads.</b> Each virtual CPU has its own instance, called by the holder of its baton.
 */
public interface PathModel {
    /** Nothing is burnt: the cost of a path is that of irqlab's own code. */
    PathModel NONE = new PathModel() {};

    /**
     * From interrupt exit, or from the bottom-half enable when {@code inTask}, to the first
     * softirq.
     */
    default long softirqEntryNs(boolean inTask) {
        return 0;
    }

    /** From one softirq to the next of a batch. */
    default long softirqNextNs() {
        return 0;
    }

    /**
     * From the wake that found the CPU idle, or the end of the interrupt that did it, to the task's
     * first instruction.
     */
    default long idleExitNs(boolean remoteWake) {
        return 0;
    }

    /**
     * From a wake to the run queue of the same CPU, which is idle or busy.
     *
     * @param sinceNs how long ago the task ran
     */
    default long localWakeNs(boolean idle, long sinceNs) {
        return 0;
    }

    /** From the send of a remote wake to its arrival in the target's run queue. */
    default long remoteWakeNs(boolean targetIdle) {
        return 0;
    }

    /** The last part of that way, inside the interrupt that brings the wake to the target. */
    default long remoteActivateNs() {
        return 0;
    }

    /**
     * From the decision to switch to the next task's first instruction, both tasks on this CPU.
     *
     * @param sinceNs how long ago the next task ran
     */
    default long switchNs(long sinceNs) {
        return 0;
    }

    /**
     * From a task's entry into the scheduler, where the run queue's clock is read, to its switch:
     * part of the task's own recorded time.
     */
    default long scheduleEntryNs() {
        return 0;
    }

    /**
     * From the switch to a kernel thread, other than a worker, that slept to the function for which
     * it was woken.
     */
    default long threadStartNs() {
        return 0;
    }

    /**
     * From the end of that function to the switch with which the thread goes to sleep; {@code
     * toIdle}: nobody else wants the CPU, for which the kernel then looks for work elsewhere.
     */
    default long threadLeaveNs(boolean toIdle) {
        return 0;
    }

    /** From a worker's first instruction to its work item. */
    default long workerStartNs() {
        return 0;
    }

    /** From a work item to the worker's next one, or, when {@code last}, to its sleep. */
    default long workerNextNs(boolean last) {
        return 0;
    }
}
