package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.time.CpuTimers;

import java.util.ArrayDeque;

/**
 * The worker of last resort of one queue: runs the queue's items on any pool that cannot make a
 * worker, on that pool's CPU and outside its count.
 *
 * <p><b>Threads.</b> {@link #call} by any holder; the rest by the rescuer's task. The list of calls
 * has a lock of its own, taken inside a pool's.
 *
 * @see "Linux kernel/workqueue.c, rescuer_thread and send_mayday"
 */
final class Rescuer {
    /** Items of one call before others get their turn. */
    static final int BATCH = 16;

    private static final int NICE = -20;
    private static final int MOST_HOPS = 100;

    private final Worker worker = new Worker(null, new PoolChecks());
    private final CpuChoice choice;
    private final CpuTimers[] timers;
    private final RawSpinLock lock = new RawSpinLock();

    // Guarded by the lock.
    private final ArrayDeque<PoolWorkqueue> calls = new ArrayDeque<>();

    // Set before the last wake.
    private volatile boolean stopped;

    Rescuer(String queue, int pid, Smp smp, CpuChoice choice, CpuTimers[] timers) {
        this.choice = choice;
        this.timers = timers;
        var spec = new Task.TaskSpec("kworker/R-" + queue, pid, TaskPolicy.fair(NICE), true);
        worker.setTask(smp.cpu(0).scheduler().newTask(spec, this::loop));
    }

    Task task() {
        return worker.task();
    }

    /** Asks for help with {@code link}'s items. The lock of its pool held, interrupts off. */
    void call(PoolWorkqueue link, KernelCpu cpu) {
        lock.lock(cpu.id());
        if (!link.inDistress) {
            link.inDistress = true;
            calls.add(link);
        }
        lock.unlock(cpu.id());
        cpu.scheduler().wake(worker.task());
    }

    /** Ends the rescuer, whose queue has no work left. Any holder. */
    void stop(KernelCpu cpu) {
        stopped = true;
        cpu.scheduler().wake(worker.task());
    }

    private void loop(Task self) {
        while (true) {
            PoolWorkqueue link = take(self.cpu());
            if (link != null) {
                rescue(self, link);
                continue;
            }
            self.prepareToSleep('I');
            if (stopped) {
                self.finishSleep();
                return;
            }
            if (called(self.cpu())) {
                self.finishSleep();
            } else {
                self.cpu().scheduler().schedule();
            }
        }
    }

    private PoolWorkqueue take(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        PoolWorkqueue link = calls.poll();
        if (link != null) {
            link.inDistress = false;
        }
        lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
        return link;
    }

    private boolean called(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        boolean called = !calls.isEmpty();
        lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
        return called;
    }

    private void rescue(Task self, PoolWorkqueue link) {
        WorkerPool pool = link.pool;
        goTo(self, pool);
        worker.setPool(pool);
        KernelCpu cpu = self.cpu();
        worker.enterPool(cpu);
        pool.attach(worker);
        takeItems(link);
        if (!worker.scheduled.isEmpty()) {
            pool.stamp();
            cpu = runItems(cpu, pool);
            if (link.active() > 0 && pool.needsWorker()) {
                call(link, cpu);
            }
        }
        pool.detach(worker);
        pool.kick(cpu);
        worker.leavePool(cpu);
    }

    private void takeItems(PoolWorkqueue link) {
        WorkerPool pool = link.pool;
        int left = BATCH;
        WorkItem item = pool.worklist.first();
        while (item != null && left > 0) {
            WorkItem next = item;
            // What is linked to an item moves with it.
            do {
                next = next.next;
            } while (next != null && next.previous.has(WorkItem.LINKED));
            if (item.poolWorkqueue == link && pool.assign(item, worker)) {
                left--;
                pool.counts.rescued++;
            }
            item = next;
        }
    }

    private KernelCpu runItems(KernelCpu first, WorkerPool pool) {
        KernelCpu cpu = first;
        for (WorkItem item = worker.scheduled.first();
                item != null;
                item = worker.scheduled.first()) {
            worker.begin(cpu, item);
            worker.leavePool(cpu);
            worker.run(cpu, item);
            cpu = worker.task().cpu();
            cpu.scheduler().reschedulePoint();
            worker.enterPool(cpu);
            worker.end(cpu);
        }
        return cpu;
    }

    private void goTo(Task self, WorkerPool pool) {
        for (int i = 0; i < MOST_HOPS; i++) {
            int here = self.cpu().id();
            int wanted = choice.of(pool, here);
            if (wanted == here) {
                return;
            }
            self.setWantedCpu(wanted);
            timers[here].hop(self);
        }
    }
}
