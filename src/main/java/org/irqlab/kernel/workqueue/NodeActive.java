package org.irqlab.kernel.workqueue;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How many items of one unbound queue are active on all its pools, and the links that wait for
 * room.
 *
 * <p>Who finds no room publishes that it waits, and looks at the count again; who makes room lowers
 * the count, and looks for who waits. Each has a full fence between its store and its load, so one
 * of them sees the other.
 *
 * <p>SIMPLIFIED: the machine is one NUMA node, so the limit of the node is that of the queue.
 *
 * <p><b>Threads.</b> Any holder; the list of those that wait is guarded by the lock, which is taken
 * inside a pool's.
 *
 * @see "Linux kernel/workqueue.c, pwq_tryinc_nr_active and pwq_dec_nr_active"
 */
final class NodeActive {
    private static final VarHandle ACTIVE;
    private static final VarHandle FIRST;

    static {
        try {
            var lookup = MethodHandles.lookup();
            ACTIVE = lookup.findVarHandle(NodeActive.class, "active", int.class);
            FIRST = lookup.findVarHandle(NodeActive.class, "first", PoolWorkqueue.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final RawSpinLock lock = new RawSpinLock();

    // Any thread, through ACTIVE.
    private int active;

    // A limit that is read late is that of a moment ago; who raises it looks for waiting links.
    private volatile int max;

    // Guarded by the lock; first is also looked at without it, through FIRST.
    private PoolWorkqueue first;
    private PoolWorkqueue last;

    NodeActive(int max) {
        this.max = max;
    }

    void setMax(int max) {
        this.max = max;
    }

    int active() {
        return (int) ACTIVE.getVolatile(this);
    }

    @HotPath
    private boolean tryIncrement() {
        int seen = (int) ACTIVE.getVolatile(this);
        while (seen < max) {
            if (ACTIVE.compareAndSet(this, seen, seen + 1)) {
                return true;
            }
            seen = (int) ACTIVE.getVolatile(this);
        }
        return false;
    }

    /**
     * Takes room for one item, or leaves {@code link} among those that wait. Its pool's lock held.
     *
     * @param fill also if others wait: the limit has been raised, and all get their turn
     */
    @HotPath
    boolean tryTake(PoolWorkqueue link, boolean fill, int owner) {
        if (link.waitsForNode && !fill) {
            return false;
        }
        if (tryIncrement()) {
            return true;
        }
        lock.lock(owner);
        boolean taken = false;
        if (!link.waitsForNode || fill) {
            if (!link.waitsForNode) {
                append(link);
            }
            // The link before the second look at the count; pairs with the addition in give().
            VarHandle.fullFence();
            taken = tryIncrement();
            if (taken && !fill) {
                remove(link);
            }
        }
        lock.unlock(owner);
        return taken;
    }

    /**
     * Gives the room of one item back.
     *
     * @return whether there is room, and somebody who waits for it: {@link #activateWaiting}
     */
    @HotPath
    boolean give() {
        // Full barrier: the count before the look at who waits; pairs with the fence in tryTake().
        int left = (int) ACTIVE.getAndAdd(this, -1) - 1;
        return left < max && FIRST.getVolatile(this) != null;
    }

    /**
     * Activates the first item that waits for room. With the lock of {@code callerPool}, which may
     * be given back and taken again.
     */
    void activateWaiting(KernelCpu cpu, WorkerPool callerPool) {
        WorkerPool locked = callerPool;
        lock.lock(cpu.id());
        while (first != null) {
            PoolWorkqueue link = first;
            if (link.pool != locked) {
                locked = relock(cpu, locked, link.pool);
                continue;
            }
            if (link.inactive.isEmpty()) {
                remove(link);
                continue;
            }
            if (tryIncrement()) {
                link.activateTaken(cpu);
                remove(link);
                if (!link.inactive.isEmpty()) {
                    append(link);
                }
                if (locked != callerPool) {
                    locked.kick(cpu);
                }
            }
            break;
        }
        lock.unlock(cpu.id());
        if (locked != callerPool) {
            locked.release(cpu);
            callerPool.lock(cpu);
        }
    }

    /** Takes {@code link} from those that wait. Its pool's lock held. */
    void stopWaiting(PoolWorkqueue link, int owner) {
        lock.lock(owner);
        if (link.waitsForNode) {
            remove(link);
        }
        lock.unlock(owner);
    }

    /** The order is pool, then node: both are given back where the next pool is not free. */
    private WorkerPool relock(KernelCpu cpu, WorkerPool locked, WorkerPool wanted) {
        locked.release(cpu);
        if (!wanted.tryLock(cpu)) {
            lock.unlock(cpu.id());
            wanted.lock(cpu);
            lock.lock(cpu.id());
        }
        return wanted;
    }

    private void append(PoolWorkqueue link) {
        link.waitsForNode = true;
        link.nextWaiting = null;
        if (last == null) {
            FIRST.setOpaque(this, link);
        } else {
            last.nextWaiting = link;
        }
        last = link;
    }

    private void remove(PoolWorkqueue link) {
        PoolWorkqueue before = null;
        for (PoolWorkqueue at = first; at != link; at = at.nextWaiting) {
            before = at;
        }
        if (before == null) {
            FIRST.setOpaque(this, link.nextWaiting);
        } else {
            before.nextWaiting = link.nextWaiting;
        }
        if (last == link) {
            last = before;
        }
        link.nextWaiting = null;
        link.waitsForNode = false;
    }
}
