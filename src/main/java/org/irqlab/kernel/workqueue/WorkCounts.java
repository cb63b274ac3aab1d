package org.irqlab.kernel.workqueue;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * What became of queued work, exact once the machine is quiescent.
 *
 * @param queued items that came into a queue
 * @param ran functions that have returned
 * @param cancelled items taken back from a queue before they ran
 * @param coalesced queueings that found the item pending
 * @param refused queueings of a disabled item, or to a queue that takes none
 * @param workerShortage how often work found all workers of its pool busy or asleep in items
 * @param leakedAtomic functions that returned with preemption or interrupts off
 * @param hogs items that were found to keep their CPU
 * @param rescued items that a rescuer ran
 * @param maydays how often rescuers were called
 * @param workersMade workers made while the machine ran
 * @param workersNotMade attempts that failed
 * @param workersEnded workers that were idle for too long
 * @param ranElsewhere items of a CPU that was off, run by another CPU
 */
public record WorkCounts(
        long queued,
        long ran,
        long cancelled,
        long coalesced,
        long refused,
        long workerShortage,
        long leakedAtomic,
        long hogs,
        long rescued,
        long maydays,
        long workersMade,
        long workersNotMade,
        long workersEnded,
        long ranElsewhere) {

    static WorkCounts of(List<WorkerPool> pools, long coalesced, long refused) {
        return new WorkCounts(
                sum(pools, counts -> counts.queued),
                sum(pools, counts -> counts.ran),
                sum(pools, counts -> counts.cancelled),
                coalesced,
                refused,
                sum(pools, counts -> counts.shortage),
                sum(pools, counts -> counts.leakedAtomic),
                sum(pools, counts -> counts.hogs),
                sum(pools, counts -> counts.rescued),
                sum(pools, counts -> counts.maydays),
                sum(pools, counts -> counts.made),
                sum(pools, counts -> counts.notMade),
                sum(pools, counts -> counts.reaped),
                sum(pools, counts -> counts.ranElsewhere));
    }

    private static long sum(List<WorkerPool> pools, ToLongFunction<PoolCounts> count) {
        return pools.stream().mapToLong(pool -> count.applyAsLong(pool.counts)).sum();
    }

    /** Returns how many queued items have not run yet, those that run right now included. */
    public long outstanding() {
        return queued - ran - cancelled;
    }
}
