package org.irqlab.kernel.workqueue;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.SleepHooks;
import org.irqlab.kernel.sched.Task;

/**
 * Who runs the items of a pool: what it does now, and whether it counts as running.
 *
 * <p>A managed worker counts as running from when it starts on the list to when it goes idle, less
 * its sleeps inside items and its items of a CPU-intensive queue. When a sleep leaves nobody
 * running, the next idle worker is woken.
 *
 * <p><b>Threads.</b> The hooks by the worker's task; the state is guarded by the pool's lock. The
 * pool itself changes for rescuers only, by their own task.
 *
 * @see "Linux kernel/workqueue.c, process_one_work, wq_worker_sleeping, wq_worker_tick"
 */
final class Worker implements SleepHooks {
    /** Between two batches: idle, or about to be. */
    private static final int PREPARING = 1;

    private static final int CPU_INTENSIVE = 1 << 1;
    private static final int UNBOUND = 1 << 2;

    /** Was unbound when it began what it does now, and may sleep in that. */
    private static final int REBOUND = 1 << 3;

    final WorkList scheduled;
    private WorkerPool pool;
    private Task task;

    // Guarded by the pool's lock. Any of the flags takes the worker out of the count.
    private int flags = PREPARING;
    private boolean sleeping;
    private WorkItem current;
    private PoolWorkqueue currentQueue;
    private int currentColor;
    private long currentSinceNs;
    boolean dying;
    long idleSinceNs;

    /**
     * Makes a worker.
     *
     * @param pool the one whose items it takes; a rescuer has none at first
     */
    Worker(WorkerPool pool, PoolChecks checks) {
        this.pool = pool;
        scheduled = new WorkList(checks);
    }

    /** Sets the task that carries the worker; one of bottom halves has none. */
    void setTask(Task task) {
        this.task = task;
        task.setHooks(this);
    }

    Task task() {
        return task;
    }

    WorkerPool pool() {
        return pool;
    }

    /** A rescuer turns to another pool. */
    void setPool(WorkerPool pool) {
        this.pool = pool;
    }

    WorkItem current() {
        return current;
    }

    PoolWorkqueue currentQueue() {
        return currentQueue;
    }

    int currentColor() {
        return currentColor;
    }

    boolean asleep() {
        return sleeping || task != null && task.asleep();
    }

    /** Returns whether the worker is part of the pool's count of running ones. */
    @HotPath
    boolean counted() {
        return flags == 0 && !sleeping;
    }

    void startWorking() {
        pool.stamp();
        change(flags & ~(PREPARING | REBOUND), sleeping);
    }

    void stopWorking() {
        change(flags | PREPARING, sleeping);
    }

    /**
     * The pool manages concurrency from now on, or does no longer. A worker is counted again when
     * it next starts on the list: nobody was told of its sleeps. Pool lock held.
     */
    void setBound(boolean managed) {
        if (!managed) {
            change(flags | UNBOUND, sleeping);
        } else if ((flags & UNBOUND) != 0) {
            change(flags & ~UNBOUND | REBOUND, sleeping);
        }
    }

    /** Returns the item to run next, on this worker's own list, or null. Pool lock held. */
    @HotPath
    WorkItem next() {
        while (scheduled.isEmpty() && pool.keepWorking()) {
            pool.assign(pool.worklist.first(), this);
        }
        return scheduled.first();
    }

    /** Makes {@code item} this worker's current one, and clears its PENDING. Pool lock held. */
    @HotPath
    void begin(KernelCpu cpu, WorkItem item) {
        current = item;
        currentQueue = item.poolWorkqueue;
        currentColor = item.color();
        currentSinceNs = task == null ? 0 : task.cpuNs();
        scheduled.remove(item);
        if (currentQueue.queue.flags().cpuIntensive()) {
            change(flags | CPU_INTENSIVE, sleeping);
        }
        // Chains the start of further workers where this one is not counted.
        pool.kick(cpu);
        if (Checks.ON) {
            pool.checks.invariant(item.pending(), "I-52: begun without PENDING");
        }
        item.beginRun(pool.id);
    }

    /** The current item is done. Pool lock held; it may be given back and taken again. */
    @HotPath
    void end(KernelCpu cpu) {
        PoolWorkqueue done = currentQueue;
        boolean barrier = current.barrier;
        change(flags & ~CPU_INTENSIVE, sleeping);
        current = null;
        currentQueue = null;
        pool.counts.countRun(barrier);
        if (pool.disassociated() && !barrier && cpu.id() != pool.cpuId) {
            pool.counts.ranElsewhere++;
        }
        done.finished(cpu, currentColor, !barrier);
    }

    /** Runs the function of the current item. No lock held. */
    @HotPath
    void run(KernelCpu cpu, WorkItem item) {
        Workqueue queue = currentQueue.queue;
        boolean entered = false;
        if (Checks.ON) {
            Workqueue other = item.enterRun(queue);
            Checks.invariant(other != queue, "I-50: work item runs on two workers");
            entered = other == null;
        }
        cpu.trace(Tracepoint.WORKQUEUE_EXECUTE_START, item.number, item.nameId, 0);
        queue.rules.begin(cpu, queue, item);
        long mark = cpu.contextMark();
        item.function.run(cpu, item);
        KernelCpu here = task == null ? cpu : task.cpu();
        here.trace(Tracepoint.WORKQUEUE_EXECUTE_END, item.number, item.nameId, 0);
        if (entered) {
            item.leaveRun();
        }
        if (here.contextMark() != mark) {
            repairContext(here, mark, item);
        }
        queue.rules.end(here, queue, item);
    }

    /** The function left preemption, bottom halves or interrupts off: a bug of the guest. */
    private void repairContext(KernelCpu cpu, long mark, WorkItem item) {
        cpu.checkReturn(mark, "work item", item.number + " of " + currentQueue.queue.name());
        enterPool(cpu);
        pool.counts.leakedAtomic++;
        leavePool(cpu);
    }

    String name() {
        return task == null ? "bh/" + pool.id : task.name() + "[" + task.pid() + "]";
    }

    /**
     * The tick, on top of this worker's task: an item that has had the CPU for {@code hogNs} no
     * longer counts. Hardirq context.
     *
     * @return the item, if it has been found out just now, else null
     */
    WorkItem tick(KernelCpu cpu, long hogNs) {
        if (!counted() || current == null || task.cpuNs() - currentSinceNs < hogNs) {
            return null;
        }
        pool.lock(cpu);
        WorkItem hog = current;
        change(flags | CPU_INTENSIVE, sleeping);
        pool.counts.hogs++;
        pool.kick(cpu);
        pool.unlock(cpu);
        return hog;
    }

    @HotPath
    void enterPool(KernelCpu cpu) {
        cpu.hw().irqDisable();
        cpu.preemptDisable();
        pool.lock(cpu);
    }

    @HotPath
    void leavePool(KernelCpu cpu) {
        pool.unlock(cpu);
        cpu.hw().irqEnable();
        cpu.preemptEnable();
    }

    @Override
    @HotPath
    public void sleeping(Task self) {
        if (flags == 0) {
            KernelCpu cpu = self.cpu();
            pool.lock(cpu);
            // Again: the pool's CPU may have gone off meanwhile.
            if (flags == 0) {
                change(flags, true);
                pool.kick(cpu);
            }
            pool.unlock(cpu);
        }
    }

    @Override
    @HotPath
    public void running(Task self) {
        if (sleeping) {
            KernelCpu cpu = self.cpu();
            boolean irqs = cpu.hw().irqSave();
            pool.lock(cpu);
            change(flags, false);
            pool.unlock(cpu);
            cpu.hw().irqRestore(irqs);
            currentSinceNs = self.cpuNs();
        }
    }

    @HotPath
    private void change(int newFlags, boolean newSleeping) {
        boolean was = counted();
        flags = newFlags;
        sleeping = newSleeping;
        if (counted() != was) {
            pool.countRunning(was ? -1 : 1);
        }
    }
}
