package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import org.irqlab.kernel.workqueue.setup.WorkqueueAttributes;
import org.irqlab.base.HotPath;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * All worker pools of one machine, by number.
 *
 * <p>Each CPU has a pool of normal and one of high priority, and two of bottom halves; unbound
 * pools are made when a queue wants one that is not there.
 *
 * <p><b>Threads.</b> Made before the machine runs; extended by one caller at a time, who then
 * publishes the pool with its first work item.
 */
final class PoolTable {
    /**
     * Pools that a CPU has in Linux: normal and high priority, each in task and softirq context.
     */
    static final int POOL_IDS_PER_CPU = 4;

    /** Most unbound pools: the table does not grow, as it is read without a lock. */
    private static final int MAX_UNBOUND = 256;

    private static final int HIGH_NICE = -20;

    private record UnboundKey(int nice, CpuMask cpus) {}

    private final CpuChoice choice;
    private final WorkerCreation creation;
    private final WorkerPool[] normal;
    private final WorkerPool[] high;
    private final WorkerPool[] byId;
    private final BottomHalfPools bottomHalves;
    private final Map<UnboundKey, WorkerPool> unbound = new HashMap<>();
    private int nextId;

    PoolTable(int cpus, CpuChoice choice, WorkerCreation creation, BottomHalfPools bottomHalves) {
        this.choice = choice;
        this.creation = creation;
        this.bottomHalves = bottomHalves;
        normal = new WorkerPool[cpus];
        high = new WorkerPool[cpus];
        nextId = cpus * POOL_IDS_PER_CPU;
        byId = new WorkerPool[nextId + MAX_UNBOUND];
        for (int cpu = 0; cpu < cpus; cpu++) {
            int id = cpu * POOL_IDS_PER_CPU;
            normal[cpu] = cpuPool(id, cpu, 0);
            high[cpu] = cpuPool(id + 1, cpu, HIGH_NICE);
            bottomHalves.make(cpu, id + 2);
            byId[id + 2] = bottomHalves.normal()[cpu];
            byId[id + 3] = bottomHalves.high()[cpu];
        }
    }

    private WorkerPool cpuPool(int id, int cpu, int nice) {
        return equipped(
                new WorkerPool(id, cpu, nice, CpuMask.of(cpu), WorkerPool.Kind.PER_CPU, this::wake));
    }

    private WorkerPool equipped(WorkerPool pool) {
        creation.equip(pool);
        byId[pool.id] = pool;
        return pool;
    }

    @HotPath
    private void wake(WorkerPool pool, Worker idle, KernelCpu cpu) {
        idle.task().setWantedCpu(choice.of(pool, cpu.id()));
        cpu.scheduler().wake(idle.task());
    }

    /** Returns the pool that serves each CPU for a queue of these properties. */
    WorkerPool[] poolsFor(WorkqueueFlags flags, WorkqueueAttributes attributes) {
        if (flags.bh()) {
            return flags.highPriority() ? bottomHalves.high() : bottomHalves.normal();
        }
        if (!flags.unbound()) {
            return flags.highPriority() ? high : normal;
        }
        var pools = new WorkerPool[normal.length];
        Arrays.setAll(pools, cpu -> unboundPool(attributes.part(cpu)));
        return pools;
    }

    private WorkerPool unboundPool(WorkqueueAttributes attributes) {
        return unbound.computeIfAbsent(
                new UnboundKey(attributes.nice(), attributes.cpus()),
                key -> {
                    if (nextId == byId.length) {
                        throw new IllegalStateException("unbound pools > MAX=" + MAX_UNBOUND);
                    }
                    return equipped(
                            new WorkerPool(
                                    nextId++,
                                    WorkerPool.UNBOUND,
                                    key.nice,
                                    key.cpus,
                                    WorkerPool.Kind.UNBOUND,
                                    this::wake));
                });
    }

    /** Takes a CPU's pools of worker tasks from their CPU, or gives them back. */
    void setOnline(int cpuId, boolean on, KernelCpu cpu) {
        choice.setOnline(cpuId, on);
        boolean irqs = cpu.hw().irqSave();
        for (WorkerPool pool : List.of(normal[cpuId], high[cpuId])) {
            pool.lock(cpu);
            pool.setDisassociated(!on, cpu);
            pool.unlock(cpu);
        }
        cpu.hw().irqRestore(irqs);
    }

    @HotPath
    WorkerPool byId(int id) {
        return byId[id];
    }

    WorkerPool[] byId() {
        return byId;
    }

    /** Returns all pools, in the order of their numbers. */
    List<WorkerPool> all() {
        return Arrays.stream(byId).filter(Objects::nonNull).toList();
    }

    BottomHalfPools bottomHalves() {
        return bottomHalves;
    }
}
