package org.irqlab.kernel.workqueue;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A named queue: which pools its items go to, and how many of them may be active there.
 *
 * <p><b>Threads.</b> Its counts are in its {@link PoolWorkqueue}s; its limit and its state are read
 * by any holder and changed by one caller at a time.
 *
 * @see "Linux Documentation/core-api/workqueue.rst"
 */
public final class Workqueue {
    /** The limit when none is asked for. */
    public static final int DEFAULT_MAX_ACTIVE = 256;

    public static final int MAX_ACTIVE_LIMIT = 512;

    private final String name;
    private final int nameId;
    private final WorkqueueFlags flags;
    private final boolean clamped;
    private final NodeActive node;
    private final PoolWorkqueue[] byCpu;
    private final List<PoolWorkqueue> links;
    final WorkqueueFlusher flusher;
    final FlushRules rules;

    // Any holder. Closed by who drains, before a first flush that waits for what came in before: a
    // queueing that is too early to see it has a place in that flush.
    private final AtomicInteger drainers = new AtomicInteger();
    private volatile boolean destroyed;

    // Before the machine runs, or by who makes the queue.
    private Rescuer rescuer;

    // Read without a lock: a queueing that is too early for a new limit has the old one.
    private volatile int maxActive;
    private volatile boolean frozen;

    Workqueue(
            String name,
            int nameId,
            WorkqueueFlags flags,
            int asked,
            WorkerPool[] poolByCpu,
            FlushRules rules) {
        this.name = name;
        this.nameId = nameId;
        this.flags = flags;
        this.rules = rules;
        int wanted = asked == 0 ? DEFAULT_MAX_ACTIVE : asked;
        maxActive = flags.bh() ? Integer.MAX_VALUE : flags.ordered() ? 1 : clamp(wanted);
        clamped = maxActive != wanted && !flags.ordered() && !flags.bh();
        node = flags.unbound() ? new NodeActive(maxActive) : null;
        byCpu = new PoolWorkqueue[poolByCpu.length];
        for (int i = 0; i < byCpu.length; i++) {
            byCpu[i] = linkTo(poolByCpu[i], i);
        }
        links = Arrays.stream(byCpu).distinct().toList();
        flusher = new WorkqueueFlusher(this);
    }

    private PoolWorkqueue linkTo(WorkerPool pool, int before) {
        for (int i = 0; i < before; i++) {
            if (byCpu[i].pool == pool) {
                return byCpu[i];
            }
        }
        return new PoolWorkqueue(this, pool, node);
    }

    static int clamp(int wanted) {
        return Math.clamp(wanted, 1, MAX_ACTIVE_LIMIT);
    }

    public String name() {
        return name;
    }

    int nameId() {
        return nameId;
    }

    public WorkqueueFlags flags() {
        return flags;
    }

    /** Returns how many items may be active at once on one CPU, or, when unbound, in all. */
    public int maxActive() {
        return maxActive;
    }

    /** Returns whether the limit that was asked for was out of range. */
    public boolean maxActiveClamped() {
        return clamped;
    }

    /** Returns how many items of a link may be active now; the node says it for unbound queues. */
    @HotPath
    int limitPerPool() {
        return frozen ? 0 : maxActive;
    }

    /** Sets the limit and activates what it has room for. */
    void setMaxActive(KernelCpu cpu, int max) {
        maxActive = max;
        limitChanged(cpu);
    }

    /** Lets no item start from now on, or lets them start again. */
    void freeze(KernelCpu cpu, boolean on) {
        frozen = on;
        limitChanged(cpu);
    }

    /** The queue is made while others are frozen. */
    void freezeBeforeUse() {
        frozen = true;
        if (node != null) {
            node.setMax(0);
        }
    }

    private void limitChanged(KernelCpu cpu) {
        if (node != null) {
            node.setMax(limitPerPool());
        }
        boolean irqs = cpu.hw().irqSave();
        boolean again;
        // One item of each link in turn, so that all get their share.
        do {
            again = false;
            for (PoolWorkqueue link : links) {
                link.pool.lock(cpu);
                if (link.activateFirst(cpu, true)) {
                    again = true;
                    link.pool.kick(cpu);
                }
                link.stopWaitingIfEmpty(cpu);
                link.pool.unlock(cpu);
            }
        } while (again);
        cpu.hw().irqRestore(irqs);
    }

    /** Returns whether nothing waits or runs. */
    boolean idle(KernelCpu cpu) {
        boolean idle = true;
        boolean irqs = cpu.hw().irqSave();
        for (PoolWorkqueue link : links) {
            link.pool.lock(cpu);
            idle &= link.idle();
            link.pool.unlock(cpu);
        }
        cpu.hw().irqRestore(irqs);
        return idle;
    }

    /** Returns whether an item runs or is about to. */
    boolean active(KernelCpu cpu) {
        boolean active = false;
        boolean irqs = cpu.hw().irqSave();
        for (PoolWorkqueue link : links) {
            link.pool.lock(cpu);
            active |= link.active() > 0;
            link.pool.unlock(cpu);
        }
        cpu.hw().irqRestore(irqs);
        return active;
    }

    /** Returns whether only the queue's own work may queue. */
    @HotPath
    boolean closed() {
        return drainers.get() > 0 || destroyed;
    }

    void drainBegins() {
        drainers.incrementAndGet();
    }

    void drainEnds() {
        drainers.decrementAndGet();
    }

    /** Closes the queue for good. */
    void close() {
        destroyed = true;
    }

    void setRescuer(Rescuer rescuer) {
        this.rescuer = rescuer;
    }

    Rescuer rescuer() {
        return rescuer;
    }

    List<PoolWorkqueue> links() {
        return links;
    }

    /** Returns the link to the pool that serves {@code cpu}. */
    @HotPath
    PoolWorkqueue on(int cpu) {
        return byCpu[cpu];
    }
}
