package org.irqlab.kernel.sched;

/**
 * Which CPU a woken task goes to.
 *
 * <p><b>Threads.</b> The waker; what it sees of other CPUs is racy.
 */
public interface WakePlacementPolicy {
    /** Where the task was wanted, else where it ran last. */
    WakePlacementPolicy PREVIOUS_CPU =
            (task, waker) -> task.wantedCpu() >= 0 ? task.wantedCpu() : task.cpu().id();

    /** Returns the number of the chosen CPU. */
    int select(Task task, KernelCpu waker);
}
