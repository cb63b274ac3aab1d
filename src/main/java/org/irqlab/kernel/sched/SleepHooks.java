package org.irqlab.kernel.sched;

/**
 * Told when a task leaves and enters the run queue: how a worker pool counts its running workers.
 *
 * <p><b>Threads.</b> The holder of the task's CPU, interrupts off.
 *
 * @see "Linux kernel/workqueue.c, wq_worker_sleeping and wq_worker_running"
 */
public interface SleepHooks {
    SleepHooks NONE = new SleepHooks() {};

    /** The task is about to block; it still runs. May wake other tasks of this CPU. */
    default void sleeping(Task task) {}

    /** The task runs again after having blocked. Called by the task itself. */
    default void running(Task task) {}
}
