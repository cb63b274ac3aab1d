package org.irqlab.kernel.workqueue;

import org.irqlab.base.HotPath;

/**
 * What has happened on one pool.
 *
 * <p><b>Threads.</b> Guarded by the pool's lock; read without it once the machine is quiescent.
 */
final class PoolCounts {
    long queued;
    long ran;
    long barriersRan;
    long cancelled;
    long shortage;
    long leakedAtomic;
    long hogs;
    long rescued;
    long maydays;
    long made;
    long notMade;
    long reaped;
    long ranElsewhere;

    @HotPath
    void countRun(boolean barrier) {
        if (barrier) {
            barriersRan++;
        } else {
            ran++;
        }
    }
}
