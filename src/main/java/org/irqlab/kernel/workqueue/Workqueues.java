package org.irqlab.kernel.workqueue;

import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The workqueues of one machine: its worker pools, its system queues, and the way in.
 *
 * <p>Each CPU has a pool of normal and one of high priority; one pool is for unbound work of all
 * CPUs.
 *
 * <p><b>Threads.</b> Made and extended before the machine runs. Queueing by any CPU's holder, in
 * any context.
 *
 * <p><b>Memory ordering.</b> A queueing that succeeds is a full barrier, and its run sees what the
 * caller wrote before; when it returns {@code false}, a run that begins afterwards does.
 *
 * @see "Linux kernel/workqueue.c, __queue_work; Documentation/core-api/workqueue.rst"
 */
public final class Workqueues {
    /** "No CPU requested", as the kernel's events show it. */
    public static final int ANY_CPU = 256;

    /**
     * Pools that a CPU has in Linux: normal and high priority, each in task and softirq context.
     */
    private static final int POOL_IDS_PER_CPU = 4;

    private static final int HIGH_NICE = -20;
    private static final int NAME_SHIFT = 16;

    private final Smp smp;
    private final ToIntFunction<String> names;
    private final WorkerPool[] normal;
    private final WorkerPool[] high;
    private final WorkerPool[] unbound;
    private final WorkerPool[] byId;
    private final List<Task> workers = new ArrayList<>();
    private final WorkCanceller canceller;
    private final PerCpuCount coalesced;
    private final PerCpuCount refused;
    private final Workqueue system;
    private final Workqueue systemHighPriority;
    private final Workqueue systemUnbound;
    private int nextPid;

    /**
     * Makes the pools and their workers, which sleep; their threads are not started.
     *
     * @param smp with all its CPUs
     * @param names numbers of names in the machine's name table, for tracepoints
     */
    public Workqueues(Smp smp, WorkerSettings settings, ToIntFunction<String> names) {
        this.smp = smp;
        this.names = names;
        nextPid = settings.firstPid();
        int cpus = smp.count();
        normal = new WorkerPool[cpus];
        high = new WorkerPool[cpus];
        unbound = new WorkerPool[cpus];
        byId = new WorkerPool[cpus * POOL_IDS_PER_CPU + 1];
        coalesced = new PerCpuCount(cpus);
        refused = new PerCpuCount(cpus);
        for (int cpu = 0; cpu < cpus; cpu++) {
            normal[cpu] = cpuPool(cpu, cpu * POOL_IDS_PER_CPU, 0, settings.perPool());
            high[cpu] = cpuPool(cpu, cpu * POOL_IDS_PER_CPU + 1, HIGH_NICE, settings.perPool());
        }
        WorkerPool shared = unboundPool(cpus * POOL_IDS_PER_CPU, settings.unbound());
        Arrays.fill(unbound, shared);
        canceller = new WorkCanceller(byId, names.applyAsInt("wq_barrier_func"));
        system = create("events", WorkqueueFlags.PER_CPU, 0);
        systemHighPriority = create("events_highpri", WorkqueueFlags.HIGH_PRIORITY, 0);
        systemUnbound = create("events_unbound", WorkqueueFlags.UNBOUND, 0);
    }

    private WorkerPool cpuPool(int cpu, int id, int nice, int count) {
        var pool = new WorkerPool(id, cpu);
        byId[id] = pool;
        var made = new Worker[count];
        for (int i = 0; i < count; i++) {
            String name = "kworker/" + cpu + ":" + i + (nice < 0 ? "H" : "");
            made[i] = worker(pool, smp.cpu(cpu), name, nice);
        }
        pool.setWorkers(made);
        return pool;
    }

    private WorkerPool unboundPool(int id, int count) {
        var pool = new WorkerPool(id, WorkerPool.UNBOUND);
        byId[id] = pool;
        var made = new Worker[count];
        for (int i = 0; i < count; i++) {
            made[i] = worker(pool, smp.cpu(i % smp.count()), "kworker/u" + id + ":" + i, 0);
        }
        pool.setWorkers(made);
        return pool;
    }

    private Worker worker(WorkerPool pool, KernelCpu home, String name, int nice) {
        var spec = new Task.TaskSpec(name, nextPid++, TaskPolicy.fair(nice), true);
        var worker = new Worker(pool, home, spec);
        workers.add(worker.task());
        return worker;
    }

    /**
     * Makes a queue. Before the machine runs.
     *
     * @param maxActive items active at once, per CPU or, when unbound, in all; 0 for the default,
     *     clamped to 1..{@link Workqueue#MAX_ACTIVE_LIMIT}
     */
    public Workqueue create(String name, WorkqueueFlags flags, int maxActive) {
        WorkerPool[] pools = flags.unbound() ? unbound : flags.highPriority() ? high : normal;
        return new Workqueue(name, names.applyAsInt(name), flags, maxActive, pools);
    }

    /** Returns the queue for short work of a CPU. */
    public Workqueue system() {
        return system;
    }

    public Workqueue systemHighPriority() {
        return systemHighPriority;
    }

    public Workqueue systemUnbound() {
        return systemUnbound;
    }

    /** Returns all workers' tasks, for whoever starts and ends the machine. */
    public List<Task> workers() {
        return List.copyOf(workers);
    }

    /**
     * Queues {@code item}, on this CPU if {@code queue} is per CPU. Any context.
     *
     * @return {@code false} when it was pending already, or is disabled
     */
    @HotPath
    public boolean queueWork(KernelCpu cpu, Workqueue queue, WorkItem item) {
        return queueOn(cpu, ANY_CPU, queue, item);
    }

    /**
     * Queues {@code item} on a CPU of choice. Any context.
     *
     * @param cpu the caller's
     * @param wantedCpu where it is to run, or {@link #ANY_CPU}; no effect on an unbound queue
     * @return {@code false} when it was pending already, or is disabled
     */
    @HotPath
    public boolean queueOn(KernelCpu cpu, int wantedCpu, Workqueue queue, WorkItem item) {
        boolean irqs = cpu.hw().irqSave();
        cpu.preemptDisable();
        boolean queued = false;
        if (!item.tryPend()) {
            coalesced.increment(cpu.id());
        } else if (item.disableDepth() > 0) {
            item.unpend(item.lastPool(), item.disableDepth());
            refused.increment(cpu.id());
        } else {
            insert(cpu, wantedCpu, queue, item);
            queued = true;
        }
        cpu.hw().irqRestore(irqs);
        cpu.preemptEnable();
        return queued;
    }

    @HotPath
    private void insert(KernelCpu cpu, int wantedCpu, Workqueue queue, WorkItem item) {
        PoolWorkqueue target = queue.on(wantedCpu == ANY_CPU ? cpu.id() : wantedCpu);
        target = lockTarget(cpu, target, item);
        cpu.trace(
                Tracepoint.WORKQUEUE_QUEUE_WORK,
                item.number,
                item.nameId,
                (long) queue.nameId() << NAME_SHIFT | wantedCpu);
        target.add(cpu, item);
        target.pool.unlock(cpu);
    }

    /**
     * Returns the link to the pool that gets {@code item}, locked: the wanted one, or the one where
     * the item runs right now, so that it never runs on two workers.
     */
    @HotPath
    private PoolWorkqueue lockTarget(KernelCpu cpu, PoolWorkqueue wanted, WorkItem item) {
        int last = item.lastPool();
        if (last >= 0 && last != wanted.pool.id && !wanted.queue.flags().ordered()) {
            WorkerPool pool = byId[last];
            pool.lock(cpu);
            Worker runner = pool.runnerOf(item);
            if (runner != null && runner.currentQueue().queue == wanted.queue) {
                return runner.currentQueue();
            }
            pool.unlock(cpu);
        }
        wanted.pool.lock(cpu);
        return wanted;
    }

    /**
     * Waits until the run of {@code item} that is queued or under way now has ended. Task context.
     * A task that waits for the item that it runs itself waits for ever.
     *
     * @return whether there was anything to wait for
     */
    public boolean flush(Task self, WorkItem item) {
        self.cpu().mightSleep("flush of a work item");
        return canceller.flush(self, item);
    }

    /**
     * Takes {@code item} back if it is pending, and waits until it does not run. Task context.
     * Meanwhile nobody can queue it.
     *
     * @return whether it was pending
     */
    public boolean cancelSync(Task self, WorkItem item) {
        self.cpu().mightSleep("cancel of a work item");
        return canceller.cancelSync(self, item);
    }

    WorkerPool pool(int id) {
        return byId[id];
    }

    WorkCanceller canceller() {
        return canceller;
    }

    /** Returns what has happened; exact when the machine is quiescent or has stopped. */
    public WorkCounts counts() {
        long queued = 0;
        long ran = 0;
        long cancelled = 0;
        long shortage = 0;
        long leaked = 0;
        for (WorkerPool pool : byId) {
            if (pool != null) {
                queued += pool.queued();
                ran += pool.ran();
                cancelled += pool.cancelled();
                shortage += pool.shortage();
                leaked += pool.leakedAtomic();
            }
        }
        return new WorkCounts(
                queued, ran, cancelled, coalesced.sum(), refused.sum(), shortage, leaked);
    }
}
