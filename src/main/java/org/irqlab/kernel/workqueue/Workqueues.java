package org.irqlab.kernel.workqueue;

import org.irqlab.base.HotPath;
import org.irqlab.base.percpu.PerCpuCount;
import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.time.CpuTimers;
import org.irqlab.kernel.workqueue.setup.WorkerSettings;
import org.irqlab.kernel.workqueue.setup.WorkqueueAttributes;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import org.irqlab.kernel.workqueue.setup.WorkqueueHost;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The workqueues of one machine: its worker pools, its system queues, and the way in.
 *
 * <p><b>Threads.</b> Queueing by any CPU's holder, in any context; what waits, by tasks. Queues are
 * made before the machine runs, or by one caller at a time.
 *
 * <p><b>Memory ordering.</b> A queueing that succeeds is a full barrier, and its run sees what the
 * caller wrote before; when it returns {@code false}, a run that begins afterwards does.
 *
 * @see "Linux kernel/workqueue.c, __queue_work; Documentation/core-api/workqueue.rst"
 */
public final class Workqueues {
    /** "No CPU requested", as the kernel's events show it. */
    public static final int ANY_CPU = 256;

    private static final int HIGH_NICE = -20;
    private static final int NAME_SHIFT = 16;

    private final Smp smp;
    private final ToIntFunction<String> names;
    private final WorkqueueHost host;
    private final CpuTimers[] timers;
    private final CpuChoice choice;
    private final WorkerCreation creation;
    private final PoolTable pools;
    private final PoolWatch watch;
    private final WorkCanceller canceller;
    private final PerCpuCount coalesced;
    private final PerCpuCount refused;
    private final FlushRules rules = new FlushRules();
    private final WorkqueueControl control = new WorkqueueControl(rules);
    private final Workqueue system;
    private final Workqueue systemHighPriority;
    private final Workqueue systemUnbound;
    private final Workqueue systemBh;
    private final Workqueue systemBhHighPriority;

    /**
     * Makes the pools and their workers, which sleep.
     *
     * @param smp with all its CPUs
     * @param names numbers of names in the machine's name table, for tracepoints
     */
    public Workqueues(
            Smp smp, WorkerSettings settings, ToIntFunction<String> names, WorkqueueHost host) {
        this.smp = smp;
        this.names = names;
        this.host = host;
        int cpus = smp.count();
        timers = new CpuTimers[cpus];
        Arrays.setAll(timers, host::timers);
        coalesced = new PerCpuCount(cpus);
        refused = new PerCpuCount(cpus);
        choice = new CpuChoice(cpus);
        creation = new WorkerCreation(smp, settings, host, choice, timers);
        pools = new PoolTable(cpus, choice, creation, new BottomHalfPools(cpus, host));
        watch = new PoolWatch(pools, control.queues(), settings.times());
        canceller = new WorkCanceller(pools.byId(), names.applyAsInt("wq_barrier_func"));
        system = create("events", WorkqueueFlags.PER_CPU, 0);
        systemHighPriority = create("events_highpri", WorkqueueFlags.HIGH_PRIORITY, 0);
        systemUnbound = create("events_unbound", WorkqueueFlags.UNBOUND, 0);
        systemBh = create("events_bh", WorkqueueFlags.BH, 0);
        systemBhHighPriority = create("events_bh_highpri", WorkqueueFlags.BH_HIGH_PRIORITY, 0);
    }

    /**
     * Makes a queue.
     *
     * @param maxActive items active at once, per CPU or, when unbound, in all; 0 for the default,
     *     clamped to 1..{@link Workqueue#MAX_ACTIVE_LIMIT}
     */
    public Workqueue create(String name, WorkqueueFlags flags, int maxActive) {
        int nice = flags.highPriority() ? HIGH_NICE : 0;
        return create(name, flags, WorkqueueAttributes.standard(nice, smp.count()), maxActive);
    }

    /**
     * Makes a queue.
     *
     * @param attributes of the workers, where the queue is unbound
     * @throws IllegalArgumentException for a limit on a queue of bottom halves, which has none
     */
    public Workqueue create(
            String name, WorkqueueFlags flags, WorkqueueAttributes attributes, int maxActive) {
        if (flags.bh() && maxActive != 0) {
            throw new IllegalArgumentException(
                    "maxActive=" + maxActive + " != UNLIMITED=0 of a BH queue");
        }
        var servedBy = pools.poolsFor(flags, attributes);
        int nameId = names.applyAsInt(name);
        var queue = new Workqueue(name, nameId, flags, maxActive, servedBy, rules);
        if (queue.maxActiveClamped()) {
            control.reportClamp(smp, name, maxActive, queue.maxActive());
        }
        if (flags.memReclaim()) {
            var rescuer = new Rescuer(name, host.newPid(), smp, choice, timers);
            queue.setRescuer(rescuer);
            host.adopt(rescuer.task());
        }
        control.add(queue);
        return queue;
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

    /** Returns the queue for work in softirq context. */
    public Workqueue systemBh() {
        return systemBh;
    }

    public Workqueue systemBhHighPriority() {
        return systemBhHighPriority;
    }

    /**
     * Queues {@code item}, on this CPU if {@code queue} is per CPU. Any context.
     *
     * @return {@code false} when it was pending already, or is disabled, or the queue takes none
     */
    @HotPath
    public boolean queueWork(KernelCpu cpu, Workqueue queue, WorkItem item) {
        return queueOn(cpu, ANY_CPU, queue, item);
    }

    /**
     * Queues {@code item} on a CPU of choice. Any context.
     *
     * @param cpu the caller's
     * @param wantedCpu where it is to run, or {@link #ANY_CPU}; of an unbound queue, whose pool
     * @return as {@link #queueWork}
     */
    @HotPath
    public boolean queueOn(KernelCpu cpu, int wantedCpu, Workqueue queue, WorkItem item) {
        boolean irqs = cpu.hw().irqSave();
        cpu.preemptDisable();
        boolean queued = tryOwn(cpu, item) && insert(cpu, wantedCpu, queue, item);
        cpu.hw().irqRestore(irqs);
        cpu.preemptEnable();
        return queued;
    }

    /** Sets PENDING, unless it is set or the item is disabled. Interrupts off. */
    @HotPath
    private boolean tryOwn(KernelCpu cpu, WorkItem item) {
        if (!item.tryPend()) {
            coalesced.increment(cpu.id());
            return false;
        }
        return !refuseDisabled(cpu, item);
    }

    private boolean refuseDisabled(KernelCpu cpu, WorkItem item) {
        int depth = item.disableDepth();
        if (depth > 0) {
            item.unpend(item.lastPool(), depth);
            refused.increment(cpu.id());
        }
        return depth > 0;
    }

    /** Puts an item whose PENDING the caller owns into {@code queue}. Interrupts off. */
    @HotPath
    boolean insert(KernelCpu cpu, int wantedCpu, Workqueue queue, WorkItem item) {
        if (queue.closed() && !FlushRules.chained(cpu, queue)) {
            refuseUnchained(cpu, queue, item);
            return false;
        }
        PoolWorkqueue target = queue.on(wantedCpu == ANY_CPU ? cpu.id() : wantedCpu);
        target = lockTarget(cpu, target, item);
        cpu.trace(
                Tracepoint.WORKQUEUE_QUEUE_WORK,
                item.number,
                item.nameId,
                (long) queue.nameId() << NAME_SHIFT | wantedCpu);
        target.add(cpu, item);
        target.pool.unlock(cpu);
        return true;
    }

    private void refuseUnchained(KernelCpu cpu, Workqueue queue, WorkItem item) {
        item.unpend(item.lastPool(), item.disableDepth());
        refused.increment(cpu.id());
        cpu.report(
                ReportKind.WORKQUEUE_MISUSE,
                "cannot queue work %d on %s, which is drained".formatted(item.number, queue.name()),
                List.of());
    }

    /**
     * Returns the link to the pool that gets {@code item}, locked: the wanted one, or the one where
     * the item runs right now, so that it never runs on two workers.
     */
    @HotPath
    private PoolWorkqueue lockTarget(KernelCpu cpu, PoolWorkqueue wanted, WorkItem item) {
        int last = item.lastPool();
        if (last >= 0 && last != wanted.pool.id && !wanted.queue.flags().ordered()) {
            WorkerPool pool = pools.byId(last);
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
     * Queues {@code work} once {@code delayNs} have passed; until then it is pending. Any context.
     *
     * @param wantedCpu as in {@link #queueOn}
     * @return as {@link #queueWork}
     */
    public boolean queueDelayed(
            KernelCpu cpu, int wantedCpu, Workqueue queue, DelayedWork work, long delayNs) {
        boolean irqs = cpu.hw().irqSave();
        boolean owned = tryOwn(cpu, work.item());
        if (owned) {
            start(cpu, wantedCpu, queue, work, delayNs);
        }
        cpu.hw().irqRestore(irqs);
        return owned;
    }

    /**
     * Has {@code work} queued in {@code delayNs} from now, whether it was pending or not. Any
     * context.
     *
     * @return whether it was pending
     */
    public boolean modifyDelayed(
            KernelCpu cpu, int wantedCpu, Workqueue queue, DelayedWork work, long delayNs) {
        boolean irqs = cpu.hw().irqSave();
        boolean pending = canceller.grab(cpu, work.item());
        if (!refuseDisabled(cpu, work.item())) {
            start(cpu, wantedCpu, queue, work, delayNs);
        }
        cpu.hw().irqRestore(irqs);
        return pending;
    }

    private void start(
            KernelCpu cpu, int wantedCpu, Workqueue queue, DelayedWork work, long delayNs) {
        work.setTarget(this, queue, wantedCpu);
        if (delayNs == 0) {
            work.insert(cpu);
        } else {
            timers[cpu.id()].arm(work.item().timer, HostClock.nowNs() + delayNs);
        }
    }

    /** Queues {@code work} now if it waits for its time, and waits for its run. Task context. */
    public boolean flushDelayed(Task self, DelayedWork work) {
        KernelCpu cpu = self.cpu();
        boolean irqs = cpu.hw().irqSave();
        if (CpuTimers.cancel(work.item().timer, cpu)) {
            work.insert(cpu);
        }
        cpu.hw().irqRestore(irqs);
        return flush(self, work.item());
    }

    /**
     * Waits until the run of {@code item} that is queued or under way now has ended. Task context.
     * A task that waits for the item that it runs itself is reported, and waits for ever.
     *
     * @return whether there was anything to wait for
     */
    public boolean flush(Task self, WorkItem item) {
        self.cpu().mightSleep("flush of a work item");
        return canceller.flush(self, item);
    }

    /** Takes {@code item} back if it is pending; returns whether it was. Any context. */
    public boolean cancel(KernelCpu cpu, WorkItem item) {
        return canceller.cancel(cpu, item);
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

    /** As {@link #cancel}, and lets nobody queue it until it is enabled as often. Any context. */
    public boolean disable(KernelCpu cpu, WorkItem item) {
        return canceller.disable(cpu, item);
    }

    /** As {@link #disable}, and waits until it does not run. Task context. */
    public boolean disableSync(Task self, WorkItem item) {
        return canceller.disableSync(self, item);
    }

    /** Undoes one disable; returns whether the item can be queued now. Any context. */
    public boolean enable(KernelCpu cpu, WorkItem item) {
        return canceller.enable(cpu, item);
    }

    /**
     * Makes {@code item} as new, as INIT_WORK does. One that is queued is reported and taken back,
     * where Linux without debugging would corrupt its lists. Task context.
     *
     * @return whether it was queued
     */
    public boolean initialise(Task self, WorkItem item) {
        boolean queued = item.pending();
        if (queued) {
            self.cpu()
                    .report(
                            ReportKind.OBJECT_STATE,
                            "init active object type: work_struct, work " + item.number,
                            List.of());
        }
        canceller.cancelSync(self, item);
        return queued;
    }

    /** Returns what can be done to whole queues. */
    public WorkqueueControl control() {
        return control;
    }

    /** Lets no worker be made from now on, as if memory were short, or lets them be made again. */
    public void failWorkerCreation(boolean fails) {
        creation.setFailing(fails);
    }

    /**
     * CPU {@code cpuId} goes off or comes back: its work is run by others meanwhile. Any holder.
     */
    public void setOnline(int cpuId, boolean online, KernelCpu cpu) {
        pools.setOnline(cpuId, online, cpu);
    }

    /** The tick. Hardirq context. */
    public void tick(KernelCpu cpu) {
        watch.tick(cpu);
    }

    /** The TASKLET softirq, or HI, before the tasklets. */
    @HotPath
    public void softirq(KernelCpu cpu, boolean high) {
        pools.bottomHalves().run(cpu, high);
    }

    WorkerPool pool(int id) {
        return pools.byId(id);
    }

    WorkCanceller canceller() {
        return canceller;
    }

    /** Returns what has happened; exact when the machine is quiescent or has stopped. */
    public WorkCounts counts() {
        return WorkCounts.of(pools.all(), coalesced.sum(), refused.sum());
    }
}
