package org.irqlab.kernel.workqueue.setup;

/**
 * How many workers there are, and how long things may take.
 *
 * @param perPool workers of each pool that are made before the machine runs
 */
public record WorkerSettings(int perPool, WorkerSupply supply, WorkqueueTimes times) {
    private static final int DEFAULT_WORKERS = 4;
    private static final int MAX_WORKERS = 256;

    public WorkerSettings {
        if (perPool < 1 || perPool > MAX_WORKERS) {
            throw new IllegalArgumentException(
                    "perPool=" + perPool + " outside 1..MAX_WORKERS=" + MAX_WORKERS);
        }
    }

    /** Four workers a pool, and more where they are wanted. */
    public static WorkerSettings linux(long tickNs) {
        return new WorkerSettings(
                DEFAULT_WORKERS, WorkerSupply.MANAGED, WorkqueueTimes.linux(tickNs));
    }

    public WorkerSettings withPerPool(int workers) {
        return new WorkerSettings(workers, supply, times);
    }

    public WorkerSettings withSupply(WorkerSupply supply) {
        return new WorkerSettings(perPool, supply, times);
    }

    public WorkerSettings withTimes(WorkqueueTimes times) {
        return new WorkerSettings(perPool, supply, times);
    }
}
