package org.irqlab.kernel.workqueue;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.path.KernelPath;
import org.irqlab.kernel.path.PathModel;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

/**
 * A kworker: takes items from its pool's list and runs them.
 *
 * <p><b>Threads.</b> The worker's task.
 *
 * @see "Linux kernel/workqueue.c, worker_thread"
 */
final class WorkerThread {
    private final WorkerPool pool;
    private final Worker worker;
    private final WorkerCreation creation;

    WorkerThread(WorkerPool pool, KernelCpu home, Task.TaskSpec spec, WorkerCreation creation) {
        this.pool = pool;
        this.creation = creation;
        worker = new Worker(pool, pool.checks);
        Task task = home.scheduler().newTask(spec, this::loop);
        task.setWantedCpu(home.id());
        worker.setTask(task);
    }

    Worker worker() {
        return worker;
    }

    private void loop(Task self) {
        while (true) {
            KernelCpu cpu = self.cpu();
            cpu.pathClock().burnPath(KernelPath.WORKER_START, cpu.paths().workerStartNs());
            worker.enterPool(cpu);
            if (worker.dying) {
                worker.leavePool(cpu);
                creation.ended(self);
                return;
            }
            pool.leaveIdle(worker);
            cpu = workIfNeeded(cpu);
            pool.enterIdle(worker);
            creation.idle(worker, cpu);
            // Under the lock: who adds work sees an idle worker, and this one asleep or about to.
            self.prepareToSleep('I');
            worker.leavePool(cpu);
            cpu.scheduler().schedule();
        }
    }

    /** The last idle worker first makes another one. Entered and left with the pool's lock. */
    private KernelCpu workIfNeeded(KernelCpu first) {
        KernelCpu cpu = first;
        while (pool.needMore()) {
            if (pool.hasIdle() || !creation.makeOne(worker)) {
                return work(cpu);
            }
            cpu = worker.task().cpu();
        }
        return cpu;
    }

    /** Runs items until others do, or none is left. Entered and left with the pool's lock. */
    @HotPath
    private KernelCpu work(KernelCpu first) {
        KernelCpu cpu = first;
        worker.startWorking();
        for (WorkItem item = worker.next(); item != null; item = worker.next()) {
            worker.begin(cpu, item);
            worker.leavePool(cpu);
            worker.run(cpu, item);
            // A function of an unbound queue may have slept and moved.
            cpu = worker.task().cpu();
            cpu.scheduler().reschedulePoint();
            burnNextPath(cpu);
            worker.enterPool(cpu);
            worker.end(cpu);
        }
        worker.stopWorking();
        return cpu;
    }

    @HotPath
    private void burnNextPath(KernelCpu cpu) {
        PathModel paths = cpu.paths();
        if (paths == PathModel.NONE) {
            return;
        }
        worker.enterPool(cpu);
        boolean last =
                worker.scheduled.isEmpty()
                        && !pool.keepWorking()
                        && worker.currentQueue().inactive.isEmpty();
        worker.leavePool(cpu);
        cpu.pathClock().burnPath(KernelPath.WORKER_NEXT, paths.workerNextNs(last));
    }
}
