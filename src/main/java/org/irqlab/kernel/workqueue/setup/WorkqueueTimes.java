package org.irqlab.kernel.workqueue.setup;

/**
 * The time limits of worker pools, ns.
 *
 * @param maydayNs how long the making of a worker may take before rescuers are called
 * @param maydayAgainNs and how long until they are called again
 * @param retryNs pause after a worker could not be made
 * @param idleNs a surplus worker that was idle for so long ends
 * @param hogNs CPU time after which an item no longer keeps others waiting; 0: no limit
 * @param lockupNs a pool whose list makes no progress for so long is reported; 0: never
 * @see "Linux kernel/workqueue.c, MAYDAY_INITIAL_TIMEOUT and the following; wq_watchdog_thresh"
 */
public record WorkqueueTimes(
        long maydayNs, long maydayAgainNs, long retryNs, long idleNs, long hogNs, long lockupNs) {
    private static final long MS = 1_000_000;
    private static final long S = 1_000 * MS;
    private static final int LEAST_MAYDAY_TICKS = 2;

    /** The kernel's own: 10 ms but at least two ticks, 100 ms, 1 s, 300 s, 10 ms, 30 s. */
    public static WorkqueueTimes linux(long tickNs) {
        long maydayNs = Math.max(10 * MS, LEAST_MAYDAY_TICKS * tickNs);
        return new WorkqueueTimes(maydayNs, 100 * MS, S, 300 * S, 10 * MS, 30 * S);
    }

    /** The same with the long limits, those of seconds, times {@code factor}. */
    public WorkqueueTimes withTimeFactor(double factor) {
        return new WorkqueueTimes(
                maydayNs,
                maydayAgainNs,
                (long) (retryNs * factor),
                (long) (idleNs * factor),
                hogNs,
                (long) (lockupNs * factor));
    }

    /** The same with another limit for hogs: the kernel takes up to 1 s on a slow machine. */
    public WorkqueueTimes withHogNs(long ns) {
        return new WorkqueueTimes(maydayNs, maydayAgainNs, retryNs, idleNs, ns, lockupNs);
    }
}
