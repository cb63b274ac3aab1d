package org.irqlab.kernel.workqueue;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.path.KernelPath;
import org.irqlab.kernel.path.PathModel;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.SleepHooks;
import org.irqlab.kernel.sched.Task;

/**
 * A kworker: takes items from its pool's list and runs them.
 *
 * <p>A managed worker counts as running from when it starts on the list to when it goes idle, less
 * its sleeps inside items and its items of a CPU-intensive queue. When a sleep leaves nobody
 * running, the next idle worker is woken.
 *
 * <p><b>Threads.</b> {@link #loop} and the hooks by the worker's task; the state is guarded by the
 * pool's lock.
 *
 * @see "Linux kernel/workqueue.c, worker_thread, process_one_work, wq_worker_sleeping"
 */
final class Worker implements SleepHooks {
    /** Between two batches: idle, or about to be. */
    private static final int PREPARING = 1;

    private static final int CPU_INTENSIVE = 1 << 1;
    private static final int UNBOUND = 1 << 2;

    final WorkList scheduled = new WorkList();
    private final WorkerPool pool;
    private final Task task;

    // Guarded by the pool's lock. Any of the flags takes the worker out of the count.
    private int flags;
    private boolean sleeping;
    private WorkItem current;
    private PoolWorkqueue currentQueue;

    Worker(WorkerPool pool, KernelCpu home, Task.TaskSpec spec) {
        this.pool = pool;
        flags = PREPARING | (pool.unbound() ? UNBOUND : 0);
        task = home.scheduler().newTask(spec, this::loop);
        task.setHooks(this);
        task.setWantedCpu(home.id());
    }

    Task task() {
        return task;
    }

    WorkItem current() {
        return current;
    }

    PoolWorkqueue currentQueue() {
        return currentQueue;
    }

    /** Returns whether the worker is part of the pool's count of running ones. */
    boolean counted() {
        return flags == 0 && !sleeping;
    }

    /** Wakes the worker. Pool lock held. */
    @HotPath
    void wake(KernelCpu waker) {
        if (pool.unbound()) {
            task.setWantedCpu(waker.id());
        }
        waker.scheduler().wake(task);
    }

    private void loop(Task self) {
        while (true) {
            KernelCpu cpu = self.cpu();
            cpu.burnPath(KernelPath.WORKER_START, cpu.paths().workerStartNs());
            enterPool(cpu);
            pool.leaveIdle(this);
            if (pool.needMore()) {
                cpu = work(cpu);
            }
            pool.enterIdle(this);
            // Under the lock: who adds work sees an idle worker, and this one asleep or about to.
            self.prepareToSleep('I');
            leavePool(cpu);
            cpu.scheduler().schedule();
        }
    }

    /** Runs items until others do, or none is left. Entered and left with the pool's lock. */
    @HotPath
    private KernelCpu work(KernelCpu first) {
        KernelCpu cpu = first;
        startWorking();
        for (WorkItem item = next(); item != null; item = next()) {
            begin(cpu, item);
            leavePool(cpu);
            run(cpu, item);
            // A function of an unbound queue may have slept and moved.
            cpu = task.cpu();
            cpu.scheduler().reschedulePoint();
            burnNextPath(cpu);
            enterPool(cpu);
            end(cpu);
        }
        stopWorking();
        return cpu;
    }

    void startWorking() {
        clearFlag(PREPARING);
    }

    void stopWorking() {
        setFlag(PREPARING);
    }

    /** Returns the item to run next, on this worker's own list, or null. Pool lock held. */
    @HotPath
    WorkItem next() {
        while (scheduled.isEmpty() && pool.keepWorking()) {
            pool.assignFirst(this);
        }
        return scheduled.first();
    }

    /** Makes {@code item} this worker's current one, and clears its PENDING. Pool lock held. */
    @HotPath
    void begin(KernelCpu cpu, WorkItem item) {
        current = item;
        currentQueue = item.poolWorkqueue;
        scheduled.remove(item);
        if (currentQueue.queue.flags().cpuIntensive()) {
            setFlag(CPU_INTENSIVE);
        }
        // Chains the start of further workers where this one is not counted.
        pool.kick(cpu);
        item.beginRun(pool.id);
    }

    /** The current item is done. Pool lock held. */
    @HotPath
    void end(KernelCpu cpu) {
        PoolWorkqueue done = currentQueue;
        boolean barrier = current.barrier;
        clearFlag(CPU_INTENSIVE);
        current = null;
        currentQueue = null;
        pool.countRun(barrier);
        if (!barrier) {
            done.deactivate(cpu);
        }
    }

    @HotPath
    private void run(KernelCpu cpu, WorkItem item) {
        Workqueue queue = currentQueue.queue;
        boolean entered = false;
        if (Checks.ON) {
            Workqueue other = item.enterRun(queue);
            Checks.invariant(other != queue, "I-50: work item runs on two workers");
            entered = other == null;
        }
        cpu.trace(Tracepoint.WORKQUEUE_EXECUTE_START, item.number, item.nameId, 0);
        long mark = cpu.contextMark();
        item.function.run(cpu, item);
        KernelCpu here = task.cpu();
        here.trace(Tracepoint.WORKQUEUE_EXECUTE_END, item.number, item.nameId, 0);
        if (entered) {
            item.leaveRun();
        }
        if (here.contextMark() != mark) {
            repairContext(here, mark, item);
        }
    }

    /** The function left preemption, bottom halves or interrupts off: a bug of the guest. */
    private void repairContext(KernelCpu cpu, long mark, WorkItem item) {
        cpu.checkReturn(mark, "work item", item.number + " of " + currentQueue.queue.name());
        enterPool(cpu);
        pool.countLeakedAtomic();
        leavePool(cpu);
    }

    @HotPath
    private void burnNextPath(KernelCpu cpu) {
        PathModel paths = cpu.paths();
        if (paths == PathModel.NONE) {
            return;
        }
        enterPool(cpu);
        boolean last =
                scheduled.isEmpty() && !pool.keepWorking() && currentQueue.inactive.isEmpty();
        leavePool(cpu);
        cpu.burnPath(KernelPath.WORKER_NEXT, paths.workerNextNs(last));
    }

    @HotPath
    private void enterPool(KernelCpu cpu) {
        cpu.hw().irqDisable();
        cpu.preemptDisable();
        pool.lock(cpu);
    }

    @HotPath
    private void leavePool(KernelCpu cpu) {
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
            sleeping = true;
            pool.countRunning(-1);
            pool.kick(cpu);
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
            sleeping = false;
            pool.countRunning(1);
            pool.unlock(cpu);
            cpu.hw().irqRestore(irqs);
        }
    }

    private void setFlag(int flag) {
        if (flags == 0) {
            pool.countRunning(-1);
        }
        flags |= flag;
    }

    private void clearFlag(int flag) {
        boolean was = flags != 0;
        flags &= ~flag;
        if (was && flags == 0) {
            pool.countRunning(1);
        }
    }
}
