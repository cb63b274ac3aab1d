package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.workqueue.setup.WorkqueueHost;
import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.ipi.IrqWork;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * The pools whose work runs in the TASKLET or the HI softirq of its CPU, before the tasklets.
 *
 * <p>SIMPLIFIED: the limit of 2 ms is kept by the clock, not in ticks; a CPU that goes off keeps
 * its bottom halves.
 *
 * <p><b>Threads.</b> {@link #run} by the CPU's holder, in softirq context.
 *
 * @see "Linux kernel/workqueue.c, bh_worker and workqueue_softirq_action"
 */
final class BottomHalfPools {
    private static final long MAX_TIME_NS = 2_000_000;
    private static final int MAX_RESTARTS = 10;
    private static final int HIGH_NICE = -20;

    private final WorkqueueHost host;
    private final IrqWork[] raise;
    private final WorkerPool[] normal;
    private final WorkerPool[] high;

    BottomHalfPools(int cpus, WorkqueueHost host) {
        this.host = host;
        raise = new IrqWork[2 * cpus];
        normal = new WorkerPool[cpus];
        high = new WorkerPool[cpus];
    }

    /** Makes one CPU's pools, with the numbers {@code id} and the one after it. */
    void make(int cpu, int id) {
        normal[cpu] = pool(cpu, id, 0);
        high[cpu] = pool(cpu, id + 1, HIGH_NICE);
    }

    private WorkerPool pool(int cpu, int id, int nice) {
        boolean urgent = nice < 0;
        raise[slot(cpu, urgent)] = new IrqWork(here -> host.raise(here, urgent));
        var pool =
                new WorkerPool(id, cpu, nice, CpuMask.of(cpu), WorkerPool.Kind.BOTTOM_HALF, this::kicked);
        pool.addIdle(new Worker(pool, pool.checks));
        return pool;
    }

    private static int slot(int cpu, boolean urgent) {
        return 2 * cpu + (urgent ? 1 : 0);
    }

    private void kicked(WorkerPool pool, Worker idle, KernelCpu cpu) {
        boolean urgent = pool.nice < 0;
        if (pool.cpuId == cpu.id()) {
            host.raise(cpu, urgent);
        } else {
            host.interrupt(pool.cpuId, raise[slot(pool.cpuId, urgent)], cpu);
        }
    }

    WorkerPool[] normal() {
        return normal;
    }

    WorkerPool[] high() {
        return high;
    }

    /** Runs what waits, within the limits; what is left raises the softirq again. */
    @HotPath
    void run(KernelCpu cpu, boolean urgent) {
        WorkerPool pool = (urgent ? high : normal)[cpu.id()];
        // Only this CPU takes work out, and a kick follows what comes in.
        if (pool.worklist.isEmpty()) {
            return;
        }
        Worker worker = pool.firstWorker();
        worker.enterPool(cpu);
        pool.leaveIdle(worker);
        if (pool.needMore()) {
            work(cpu, pool, worker);
        }
        pool.enterIdle(worker);
        pool.kick(cpu);
        worker.leavePool(cpu);
    }

    private static void work(KernelCpu cpu, WorkerPool pool, Worker worker) {
        long endNs = HostClock.nowNs() + MAX_TIME_NS;
        int restarts = MAX_RESTARTS;
        worker.startWorking();
        do {
            pool.assign(pool.worklist.first(), worker);
            while (!worker.scheduled.isEmpty()) {
                WorkItem item = worker.scheduled.first();
                worker.begin(cpu, item);
                worker.leavePool(cpu);
                worker.run(cpu, item);
                worker.enterPool(cpu);
                worker.end(cpu);
            }
        } while (pool.keepWorking() && --restarts > 0 && HostClock.nowNs() < endNs);
        worker.stopWorking();
    }
}
