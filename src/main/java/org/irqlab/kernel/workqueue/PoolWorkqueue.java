package org.irqlab.kernel.workqueue;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * One workqueue on one pool: how many of its items are active there, which wait for that, and how
 * many of each flush colour are under way.
 *
 * <p>Active items are on the pool's list, or run; the others become active in their order.
 *
 * <p><b>Threads.</b> Guarded by the pool's lock.
 */
final class PoolWorkqueue {
    /** No flush waits for this link. */
    static final int NO_COLOR = -1;

    private static final long NOBODY_WAITED = -1;

    final Workqueue queue;
    final WorkerPool pool;
    final WorkList inactive;
    private final NodeActive node;
    private final int[] inFlight = new int[WorkItem.COLORS];
    private int active;
    private int workColor;
    private int flushColor = NO_COLOR;

    // How many active items have ended; how many had at the last look that found others waiting.
    private long ended;
    private long endedAtLook = NOBODY_WAITED;

    // Changed with the lock of the node, and this pool's.
    boolean waitsForNode;

    // Guarded by the lock of the node.
    PoolWorkqueue nextWaiting;

    // Guarded by the lock of the queue's rescuer.
    boolean inDistress;

    PoolWorkqueue(Workqueue queue, WorkerPool pool, NodeActive node) {
        this.queue = queue;
        this.pool = pool;
        this.node = node;
        inactive = new WorkList(pool.checks);
    }

    int active() {
        return active;
    }

    /** Returns how many items, barriers included, wait or run; I-60: 0 at quiescence. */
    int inFlight() {
        int sum = 0;
        for (int count : inFlight) {
            sum += count;
        }
        return sum;
    }

    long ended() {
        return ended;
    }

    /**
     * Returns whether items wait to become active, as they did when this was last asked, and no
     * item has ended in between that could have made room.
     *
     * @param endedSoFar those whose end makes room for items of this link
     */
    boolean fullSinceLastLook(long endedSoFar) {
        // Frozen, they wait for something else.
        boolean waits = !inactive.isEmpty() && queue.limitPerPool() > 0;
        boolean full = waits && endedSoFar == endedAtLook;
        endedAtLook = waits ? endedSoFar : NOBODY_WAITED;
        return full;
    }

    boolean idle() {
        return active == 0 && inactive.isEmpty();
    }

    /** Takes in an item whose PENDING the caller has set. */
    @HotPath
    void add(KernelCpu cpu, WorkItem item) {
        pool.countQueued();
        inFlight[workColor]++;
        if (inactive.isEmpty() && tryTakeRoom(false, cpu)) {
            cpu.trace(Tracepoint.WORKQUEUE_ACTIVATE_WORK, item.number, item.nameId, 0);
            item.markQueued(this, 0, workColor);
            pool.appendWork(item);
            pool.kick(cpu);
        } else {
            item.markQueued(this, WorkItem.INACTIVE, workColor);
            inactive.append(item);
        }
    }

    /** A barrier gets in flight, with the colour of what it is behind. */
    void addBarrier(int color) {
        inFlight[color]++;
    }

    @HotPath
    private boolean tryTakeRoom(boolean fill, KernelCpu cpu) {
        boolean room =
                node == null ? active < queue.limitPerPool() : node.tryTake(this, fill, cpu.id());
        if (room) {
            active++;
        }
        return room;
    }

    /**
     * Activates the first item that waits, if there is room.
     *
     * @param fill the limit has been raised
     */
    @HotPath
    boolean activateFirst(KernelCpu cpu, boolean fill) {
        if (inactive.isEmpty() || !tryTakeRoom(fill, cpu)) {
            return false;
        }
        activate(cpu);
        return true;
    }

    /** The limit has changed: who has nothing to activate need not wait for room. */
    void stopWaitingIfEmpty(KernelCpu cpu) {
        if (inactive.isEmpty() && waitsForNode) {
            node.stopWaiting(this, cpu.id());
        }
    }

    /** Activates the first item that waits; the node's room for it has been taken. */
    void activateTaken(KernelCpu cpu) {
        active++;
        activate(cpu);
    }

    @HotPath
    private void activate(KernelCpu cpu) {
        WorkItem item = inactive.first();
        cpu.trace(Tracepoint.WORKQUEUE_ACTIVATE_WORK, item.number, item.nameId, 0);
        item.clearFlag(WorkItem.INACTIVE);
        pool.stampIfEmpty();
        inactive.moveLinked(item, pool.worklist);
    }

    /**
     * An item has ended, or was cancelled. The pool's lock may be given back and taken again.
     *
     * @param wasActive and made room for another one
     */
    @HotPath
    void finished(KernelCpu cpu, int color, boolean wasActive) {
        if (wasActive) {
            leaveActive(cpu);
        }
        inFlight[color]--;
        if (Checks.ON) {
            pool.checks.invariant(
                    inFlight[color] >= 0, "I-60: more ended than began, color=" + color);
        }
        if (flushColor == color && inFlight[color] == 0) {
            flushColor = NO_COLOR;
            queue.flusher.linkDone(cpu);
        }
    }

    @HotPath
    private void leaveActive(KernelCpu cpu) {
        active--;
        ended++;
        if (Checks.ON) {
            pool.checks.invariant(active >= 0, "I-53: active=" + active);
        }
        if (node == null) {
            int limit = queue.limitPerPool();
            // More than one only if the limit has just been raised.
            while (activateFirst(cpu, false)) {}
            if (Checks.ON) {
                pool.checks.invariant(
                        inactive.isEmpty() || active >= Math.min(limit, queue.limitPerPool()),
                        "I-53: stranded with active=" + active);
            }
        } else if (node.give()) {
            node.activateWaiting(cpu, pool);
        }
    }

    /**
     * Prepares a flush; negative colours leave things as they are.
     *
     * @return whether there is something of {@code flush} to wait for
     */
    boolean prepareFlush(int flush, int work) {
        boolean waits = false;
        if (flush >= 0 && inFlight[flush] > 0) {
            flushColor = flush;
            waits = true;
        }
        if (work >= 0) {
            workColor = work;
        }
        return waits;
    }

    /** Takes a queued item back; the caller owns its PENDING afterwards. */
    void take(KernelCpu cpu, WorkItem item) {
        boolean wasInactive = item.has(WorkItem.INACTIVE);
        int color = item.color();
        if (wasInactive) {
            // A barrier behind the item must not be left among those that wait to become active.
            inactive.moveLinked(item, pool.worklist);
        }
        item.list.remove(item);
        item.markTaken(pool.id);
        pool.countCancelled();
        finished(cpu, color, !wasInactive);
        pool.kick(cpu);
    }
}
