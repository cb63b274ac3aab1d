package org.irqlab.kernel.workqueue;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * One workqueue on one pool: how many of its items are active there, and which wait for that.
 *
 * <p>Active items are on the pool's list, or run; the others become active in their order.
 *
 * <p><b>Threads.</b> Guarded by the pool's lock.
 */
final class PoolWorkqueue {
    final Workqueue queue;
    final WorkerPool pool;
    final WorkList inactive = new WorkList();
    private int active;

    PoolWorkqueue(Workqueue queue, WorkerPool pool) {
        this.queue = queue;
        this.pool = pool;
    }

    int active() {
        return active;
    }

    /** Takes in an item whose PENDING the caller has set. */
    @HotPath
    void add(KernelCpu cpu, WorkItem item) {
        pool.countQueued();
        if (inactive.isEmpty() && active < queue.maxActive()) {
            active++;
            cpu.trace(Tracepoint.WORKQUEUE_ACTIVATE_WORK, item.number, item.nameId, 0);
            item.markQueued(this, 0);
            pool.worklist.append(item);
            pool.kick(cpu);
        } else {
            item.markQueued(this, WorkItem.INACTIVE);
            inactive.append(item);
        }
    }

    /** An active item has ended, or was cancelled: the first of those that wait becomes active. */
    @HotPath
    void deactivate(KernelCpu cpu) {
        active--;
        if (Checks.ON) {
            Checks.invariant(
                    active >= 0 && active < queue.maxActive(),
                    "I-53: active=" + active + " of maxActive=" + queue.maxActive());
        }
        WorkItem waiting = inactive.first();
        if (waiting != null) {
            active++;
            cpu.trace(Tracepoint.WORKQUEUE_ACTIVATE_WORK, waiting.number, waiting.nameId, 0);
            waiting.clearFlag(WorkItem.INACTIVE);
            inactive.moveLinked(waiting, pool.worklist);
        }
    }

    /** Takes a queued item back; the caller owns its PENDING afterwards. */
    void take(KernelCpu cpu, WorkItem item) {
        boolean wasInactive = item.has(WorkItem.INACTIVE);
        if (wasInactive) {
            // A barrier behind the item must not be left among those that wait to become active.
            inactive.moveLinked(item, pool.worklist);
        }
        item.list.remove(item);
        item.markTaken(pool.id);
        pool.countCancelled();
        if (!wasInactive) {
            deactivate(cpu);
        }
        pool.kick(cpu);
    }
}
