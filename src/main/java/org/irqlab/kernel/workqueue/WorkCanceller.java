package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.time.CpuTimers;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits for work items, takes them back, and keeps them from being queued.
 *
 * <p><b>Threads.</b> Any holder; what waits, task context, and may sleep.
 *
 * @see "Linux kernel/workqueue.c, start_flush_work, try_to_grab_pending, __cancel_work_sync,
 *     disable_work"
 */
final class WorkCanceller {
    /** A waiter gives the host core away this often: the other may be a thread of the same one. */
    private static final int SPINS_BEFORE_YIELD = 1_000;

    private final WorkerPool[] poolById;
    private final int barrierName;
    private final AtomicInteger barriers = new AtomicInteger();

    WorkCanceller(WorkerPool[] poolById, int barrierName) {
        this.poolById = poolById;
        this.barrierName = barrierName;
    }

    /** As {@link Workqueues#flush}. */
    boolean flush(Task self, WorkItem item) {
        return flush(self, item, false);
    }

    private boolean flush(Task self, WorkItem item, boolean fromCancel) {
        var waiting = new WorkBarrier(self);
        // Negative: never the number of a driver's item.
        var barrier = WorkItem.barrier(waiting, -barriers.incrementAndGet(), barrierName);
        KernelCpu cpu = self.cpu();
        boolean irqs = cpu.hw().irqSave();
        boolean inserted = insertBehind(cpu, item, barrier);
        cpu.hw().irqRestore(irqs);
        if (inserted) {
            Workqueue queue = barrier.poolWorkqueue.queue;
            queue.rules.check(self, item, queue, fromCancel);
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
            PoolWorkqueue link = item.poolWorkqueue;
            long linked = item.has(WorkItem.LINKED) ? WorkItem.LINKED : 0;
            link.addBarrier(item.color());
            barrier.markQueued(link, linked, item.color());
            item.list.insertAfter(item, barrier);
            item.addFlag(WorkItem.LINKED);
            return true;
        }
        Worker runner = pool.runnerOf(item);
        if (runner == null) {
            return false;
        }
        runner.currentQueue().addBarrier(runner.currentColor());
        barrier.markQueued(runner.currentQueue(), 0, runner.currentColor());
        runner.scheduled.insertAfter(null, barrier);
        return true;
    }

    /** As {@link Workqueues#cancel}. */
    boolean cancel(KernelCpu cpu, WorkItem item) {
        return change(cpu, item, 0);
    }

    /** As {@link Workqueues#cancelSync}. */
    boolean cancelSync(Task self, WorkItem item) {
        boolean pending = disableSync(self, item);
        enable(self.cpu(), item);
        return pending;
    }

    boolean disable(KernelCpu cpu, WorkItem item) {
        return change(cpu, item, 1);
    }

    boolean disableSync(Task self, WorkItem item) {
        boolean pending = change(self.cpu(), item, 1);
        flush(self, item, true);
        return pending;
    }

    /** As {@link Workqueues#enable}. */
    boolean enable(KernelCpu cpu, WorkItem item) {
        change(cpu, item, -1);
        return item.disableDepth() == 0;
    }

    /**
     * Takes {@code item} back if it is pending, and changes how often it is disabled.
     *
     * @return whether it was pending
     */
    private boolean change(KernelCpu cpu, WorkItem item, int by) {
        boolean irqs = cpu.hw().irqSave();
        boolean pending = grab(cpu, item);
        int depth = item.disableDepth();
        int wanted = Math.clamp(depth + by, 0, WorkItem.MAX_DISABLE_DEPTH);
        item.unpend(item.lastPool(), wanted);
        cpu.hw().irqRestore(irqs);
        if (wanted != depth + by) {
            cpu.report(
                    ReportKind.WORKQUEUE_MISUSE,
                    "disable count of work %d would be %d".formatted(item.number, depth + by),
                    List.of());
        }
        return pending;
    }

    /** Makes the caller the owner of PENDING; returns whether the item was pending before. */
    boolean grab(KernelCpu cpu, WorkItem item) {
        for (int spins = 1; !item.tryPend(); spins++) {
            if (item.timer != null && CpuTimers.cancel(item.timer, cpu)) {
                return true;
            }
            if (item.has(WorkItem.QUEUED) && takeQueued(cpu, item)) {
                return true;
            }
            // Another CPU is, with interrupts off, between setting PENDING and the list.
            Thread.onSpinWait();
            if (spins % SPINS_BEFORE_YIELD == 0) {
                Thread.yield();
            }
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
