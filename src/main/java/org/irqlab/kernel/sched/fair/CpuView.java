package org.irqlab.kernel.sched.fair;

/**
 * What CPU selection reads of the CPUs that share the last-level cache; all of them do.
 *
 * <p><b>Threads.</b> Called by the waker, for CPUs whose batons others hold: answers are racy
 * snapshots, as in Linux, and may be out of date when they are used.
 */
public interface CpuView {
    /** Returns the CPUs, one bit each; at most 64. */
    long cpus();

    /**
     * Returns whether {@code cpu} runs its idle task, has nothing queued (not even a delayed
     * entity) and no pending remote wake-ups ({@code available_idle_cpu}).
     */
    boolean idle(int cpu);

    /** Returns how many tasks of any class count on {@code cpu}, delayed ones included. */
    int nrRunning(int cpu);

    /** Returns how many of them are delayed. */
    int nrDelayed(int cpu);

    /**
     * Returns how many of them are fair tasks of the policy {@link FairPolicy#IDLE}: a CPU with no
     * others is as good as idle.
     */
    int nrIdlePolicy(int cpu);

    /**
     * Returns the load average of the fair tasks of {@code cpu} ({@code cpu_load}), about the sum
     * of weight times runnable share, blocked load included; the unit of {@link
     * WakeRequest#wakeeLoad}.
     */
    long load(int cpu);

    /**
     * Returns how many CPUs a search for an idle one may examine ({@code nr_idle_scan}); see {@link
     * WakePlacement#idleScanLimit}. Linux recomputes it in periodic load balancing only.
     */
    int idleScanLimit();

    /** Returns the hardware threads of the core of {@code cpu}, itself included. */
    default long smtSiblings(int cpu) {
        return 1L << cpu;
    }

    /** Returns whether {@code cpu} accepts tasks ({@code cpu_active}). */
    default boolean active(int cpu) {
        return true;
    }
}
