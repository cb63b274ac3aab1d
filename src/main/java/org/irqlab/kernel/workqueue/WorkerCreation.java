package org.irqlab.kernel.workqueue;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.time.CpuTimers;
import org.irqlab.kernel.time.KernelTimer;
import org.irqlab.kernel.workqueue.setup.WorkerSettings;
import org.irqlab.kernel.workqueue.setup.WorkerSupply;
import org.irqlab.kernel.workqueue.setup.WorkqueueHost;

/**
 * Makes workers and ends them, so that each pool always has an idle one and few more.
 *
 * <p>A worker that is about to work and leaves nobody idle first makes another one; one worker of a
 * pool does at a time. While that takes too long, the rescuers of the queues are called.
 *
 * <p>SIMPLIFIED: the worker makes the thread itself, without a kthreadd; surplus workers are picked
 * by the timer itself, without a work item for that.
 *
 * <p><b>Threads.</b> As said at each method.
 *
 * @see "Linux kernel/workqueue.c, manage_workers, maybe_create_worker, idle_worker_timeout,
 *     pool_mayday_timeout"
 */
final class WorkerCreation {
    private final Smp smp;
    private final WorkerSettings settings;
    private final WorkqueueHost host;
    private final CpuChoice choice;
    private final CpuTimers[] timers;

    // Any thread; a creation that sees it late is a creation of a moment ago.
    private volatile boolean failing;

    WorkerCreation(
            Smp smp,
            WorkerSettings settings,
            WorkqueueHost host,
            CpuChoice choice,
            CpuTimers[] timers) {
        this.smp = smp;
        this.settings = settings;
        this.host = host;
        this.choice = choice;
        this.timers = timers;
    }

    /** Lets no worker be made, as if memory were short. */
    void setFailing(boolean failing) {
        this.failing = failing;
    }

    /** Gives {@code pool} its timers and its first workers. Before its first work. */
    void equip(WorkerPool pool) {
        pool.maydayTimer = new KernelTimer(cpu -> mayday(pool, cpu));
        pool.idleTimer = new KernelTimer(cpu -> endSurplus(pool, cpu));
        int cpu = pool.cpus.first();
        for (int i = 0; i < settings.perPool(); i++) {
            pool.addIdle(make(pool, smp.cpu(cpu)));
            int next = pool.cpus.next(cpu + 1);
            cpu = next < 0 ? pool.cpus.first() : next;
        }
    }

    private Worker make(WorkerPool pool, KernelCpu home) {
        int number = pool.nextWorker++;
        String name =
                pool.unbound()
                        ? "kworker/u" + pool.id + ":" + number
                        : "kworker/" + pool.cpuId + ":" + number + (pool.nice < 0 ? "H" : "");
        var spec = new Task.TaskSpec(name, host.newPid(), TaskPolicy.fair(pool.nice), true);
        Worker worker = new WorkerThread(pool, home, spec, this).worker();
        host.adopt(worker.task());
        return worker;
    }

    /**
     * Makes a worker, unless another one of the pool does or the number is fixed. By a worker that
     * is not idle; with the pool's lock, which is given back and taken again. May sleep.
     *
     * @return whether things may have changed
     */
    boolean makeOne(Worker worker) {
        WorkerPool pool = worker.pool();
        if (settings.supply() == WorkerSupply.FIXED || pool.creator != null) {
            return false;
        }
        pool.creator = worker;
        do {
            KernelCpu cpu = worker.task().cpu();
            arm(pool.maydayTimer, settings.times().maydayNs(), cpu);
            worker.leavePool(cpu);
            makeWhileNeeded(worker);
            worker.enterPool(worker.task().cpu());
        } while (pool.needsWorker());
        pool.creator = null;
        CpuTimers.cancel(pool.maydayTimer, worker.task().cpu());
        return true;
    }

    private void makeWhileNeeded(Worker worker) {
        Task self = worker.task();
        while (!tryMake(worker)) {
            if (!needed(worker)) {
                return;
            }
            timers[self.cpu().id()].sleep(self, settings.times().retryNs());
            if (!needed(worker)) {
                return;
            }
        }
    }

    private boolean needed(Worker worker) {
        KernelCpu cpu = worker.task().cpu();
        worker.enterPool(cpu);
        boolean needed = worker.pool().needsWorker();
        worker.leavePool(cpu);
        return needed;
    }

    private boolean tryMake(Worker by) {
        WorkerPool pool = by.pool();
        KernelCpu cpu = by.task().cpu();
        boolean fails = failing;
        Worker made = fails ? null : make(pool, smp.cpu(choice.of(pool, cpu.id())));
        by.enterPool(cpu);
        if (fails) {
            pool.counts.notMade++;
        } else {
            pool.counts.made++;
            pool.addIdle(made);
            made.idleSinceNs = HostClock.nowNs();
            pool.kick(cpu);
        }
        by.leavePool(cpu);
        return !fails;
    }

    /** The making of a worker takes too long: calls who can help. Hardirq context. */
    private void mayday(WorkerPool pool, KernelCpu cpu) {
        pool.lock(cpu);
        if (pool.creator != null) {
            if (pool.needsWorker()) {
                pool.counts.maydays++;
                for (WorkItem item = pool.worklist.first(); item != null; item = item.next) {
                    Rescuer rescuer = item.poolWorkqueue.queue.rescuer();
                    if (rescuer != null) {
                        rescuer.call(item.poolWorkqueue, cpu);
                    }
                }
            }
            arm(pool.maydayTimer, settings.times().maydayAgainNs(), cpu);
        }
        pool.unlock(cpu);
    }

    /** A worker has become idle. Pool lock held. */
    @HotPath
    void idle(Worker worker, KernelCpu cpu) {
        if (settings.supply() == WorkerSupply.MANAGED) {
            WorkerPool pool = worker.pool();
            worker.idleSinceNs = HostClock.nowNs();
            if (pool.tooManyIdle() && !pool.idleTimer.armed()) {
                arm(pool.idleTimer, settings.times().idleNs(), cpu);
            }
        }
    }

    /** Ends the workers that have been idle for too long. Hardirq context. */
    private void endSurplus(WorkerPool pool, KernelCpu cpu) {
        pool.lock(cpu);
        while (pool.tooManyIdle()) {
            Worker oldest = pool.longestIdle();
            long leftNs = oldest.idleSinceNs + settings.times().idleNs() - HostClock.nowNs();
            if (leftNs > 0) {
                arm(pool.idleTimer, leftNs, cpu);
                break;
            }
            pool.leaveIdle(oldest);
            pool.detach(oldest);
            oldest.dying = true;
            pool.counts.reaped++;
            cpu.scheduler().wake(oldest.task());
        }
        // The oldest may have been woken for work that it will not do now.
        pool.kick(cpu);
        pool.unlock(cpu);
    }

    /** The loop of a worker that is to end has. */
    void ended(Task task) {
        host.forget(task);
    }

    private void arm(KernelTimer timer, long ns, KernelCpu cpu) {
        timers[cpu.id()].arm(timer, HostClock.nowNs() + ns);
    }
}
