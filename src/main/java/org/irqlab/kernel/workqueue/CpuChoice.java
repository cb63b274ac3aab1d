package org.irqlab.kernel.workqueue;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.irq.affinity.CpuMask;

/**
 * On which CPU a worker wakes that may run on several.
 *
 * <p><b>Threads.</b> Any holder reads; changed by one caller at a time. A choice that comes too
 * early for a change is that of a moment ago.
 */
final class CpuChoice {
    private volatile CpuMask online;

    CpuChoice(int cpus) {
        online = CpuMask.first(cpus);
    }

    void setOnline(int cpu, boolean on) {
        online = on ? online.with(cpu) : online.without(cpu);
    }

    boolean online(int cpu) {
        return online.contains(cpu);
    }

    /** Returns the CPU for a worker of {@code pool}: its own, the waker's, or an allowed one. */
    @HotPath
    int of(WorkerPool pool, int waker) {
        if (pool.managed()) {
            return pool.cpuId;
        }
        CpuMask on = online;
        if (pool.unbound()) {
            if (pool.cpus.contains(waker)) {
                return waker;
            }
            for (int cpu = pool.cpus.first(); cpu >= 0; cpu = pool.cpus.next(cpu + 1)) {
                if (on.contains(cpu)) {
                    return cpu;
                }
            }
        }
        return on.contains(waker) ? waker : Math.max(0, on.first());
    }
}
