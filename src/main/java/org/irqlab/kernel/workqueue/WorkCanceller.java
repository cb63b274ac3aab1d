package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits for work items, and takes them back.
 *
 * <p><b>Threads.</b> Task context of any CPU; may sleep.
 *
 * @see "Linux kernel/workqueue.c, start_flush_work, try_to_grab_pending, cancel_work_sync"
 */
final class WorkCanceller {
    private final WorkerPool[] poolById;
    private final int barrierName;
    private final AtomicInteger barriers = new AtomicInteger();

    WorkCanceller(WorkerPool[] poolById, int barrierName) {
        this.poolById = poolById;
        this.barrierName = barrierName;
    }

    /** As {@link Workqueues#flush}. */
    boolean flush(Task self, WorkItem item) {
        var waiting = new WorkBarrier(self);
        // Negative: never the number of a driver's item.
        var barrier = new WorkItem(waiting, -barriers.incrementAndGet(), barrierName, true);
        KernelCpu cpu = self.cpu();
        boolean irqs = cpu.hw().irqSave();
        boolean inserted = insertBehind(cpu, item, barrier);
        cpu.hw().irqRestore(irqs);
        if (inserted) {
            waiting.await();
        }
        return inserted;
    }

    boolean insertBehind(KernelCpu cpu, WorkItem item, WorkItem barrier) {
        WorkerPool pool = item.whereabouts(poolById);
        if (pool == null) {
            return false;
        }
        pool.lock(cpu);
        boolean inserted = insertBehindLocked(pool, item, barrier);
        pool.unlock(cpu);
        return inserted;
    }

    private static boolean insertBehindLocked(WorkerPool pool, WorkItem item, WorkItem barrier) {
        if (item.has(WorkItem.QUEUED) && item.poolWorkqueue.pool == pool) {
            barrier.markQueued(item.poolWorkqueue, item.has(WorkItem.LINKED) ? WorkItem.LINKED : 0);
            item.list.insertAfter(item, barrier);
            item.addFlag(WorkItem.LINKED);
            return true;
        }
        Worker runner = pool.runnerOf(item);
        if (runner == null) {
            return false;
        }
        barrier.markQueued(runner.currentQueue(), 0);
        runner.scheduled.insertAfter(null, barrier);
        return true;
    }

    /** As {@link Workqueues#cancelSync}. */
    boolean cancelSync(Task self, WorkItem item) {
        boolean pending = disable(self.cpu(), item, 1);
        flush(self, item);
        disable(self.cpu(), item, -1);
        return pending;
    }

    /**
     * Takes {@code item} back if it is pending, and changes how often it is disabled.
     *
     * @return whether it was pending
     */
    private boolean disable(KernelCpu cpu, WorkItem item, int change) {
        boolean irqs = cpu.hw().irqSave();
        boolean pending = grab(cpu, item);
        item.unpend(item.lastPool(), item.disableDepth() + change);
        cpu.hw().irqRestore(irqs);
        return pending;
    }

    /** Makes the caller the owner of PENDING; returns whether the item was pending before. */
    boolean grab(KernelCpu cpu, WorkItem item) {
        while (!item.tryPend()) {
            if (item.has(WorkItem.QUEUED) && takeQueued(cpu, item)) {
                return true;
            }
            // Another CPU is, with interrupts off, between setting PENDING and the list.
            Thread.onSpinWait();
        }
        return false;
    }

    private boolean takeQueued(KernelCpu cpu, WorkItem item) {
        // At least as new as the QUEUED that the caller has seen; pairs with markQueued().
        PoolWorkqueue from = item.poolWorkqueue;
        WorkerPool pool = from.pool;
        pool.lock(cpu);
        boolean there = item.has(WorkItem.QUEUED) && item.poolWorkqueue == from;
        if (there) {
            from.take(cpu, item);
        }
        pool.unlock(cpu);
        return there;
    }
}
