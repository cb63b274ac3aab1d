package org.irqlab.kernel.workqueue;

/**
 * How many workers there are. SIMPLIFIED: the workers of a pool are made before the machine runs
 * and stay; work that finds none waits, and is counted.
 *
 * @param perPool workers of each per-CPU pool
 * @param unbound workers of the unbound pool
 * @param firstPid process id of the first worker; the others follow
 */
public record WorkerSettings(int perPool, int unbound, int firstPid) {
    private static final int DEFAULT_WORKERS = 4;
    private static final int MAX_WORKERS = 256;

    public WorkerSettings {
        check("perPool", perPool);
        check("unbound", unbound);
    }

    private static void check(String name, int workers) {
        if (workers < 1 || workers > MAX_WORKERS) {
            throw new IllegalArgumentException(
                    name + "=" + workers + " outside 1..MAX_WORKERS=" + MAX_WORKERS);
        }
    }

    /** Four workers a pool. */
    public static WorkerSettings startingAt(int firstPid) {
        return new WorkerSettings(DEFAULT_WORKERS, DEFAULT_WORKERS, firstPid);
    }
}
