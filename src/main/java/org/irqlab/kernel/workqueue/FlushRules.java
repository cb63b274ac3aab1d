package org.irqlab.kernel.workqueue;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.locking.LockMap;
import org.irqlab.kernel.locking.Lockdep;
import org.irqlab.kernel.locking.WaitLevel;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.sched.Task;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

/**
 * Waits that may never end: of work for itself, of work that memory reclaim needs for work that may
 * need memory, and, where the machine has a lock checker, under a lock that the work takes.
 *
 * <p>They are reported, and then waited for all the same. For the checker, all items of one
 * function are a class, and so are all items of a queue; as in Linux it learns of a wait only where
 * there is something to wait for.
 *
 * <p><b>Threads.</b> Any holder; the checker is set before the machine runs.
 *
 * @see "Linux kernel/workqueue.c, check_flush_dependency, touch_work_lockdep_map,
 *     touch_wq_lockdep_map"
 */
final class FlushRules {
    // Before the machine runs; null without a checker.
    private Lockdep lockdep;
    private IntFunction<String> names;

    private final Map<Integer, LockMap> byFunction = new ConcurrentHashMap<>();
    private final Map<Workqueue, LockMap> byQueue = new ConcurrentHashMap<>();

    /** Has {@code lockdep} know of all work from now on; see {@link WorkqueueControl}. */
    void checkLocks(Lockdep lockdep, IntFunction<String> names) {
        this.lockdep = lockdep;
        this.names = names;
    }

    /** The run of {@code item} for {@code queue} begins. */
    @HotPath
    void begin(KernelCpu cpu, Workqueue queue, WorkItem item) {
        if (lockdep != null && !item.barrier) {
            map(queue).enter(cpu);
            map(item).enter(cpu);
        }
    }

    /** It has ended. */
    @HotPath
    void end(KernelCpu cpu, Workqueue queue, WorkItem item) {
        if (lockdep != null && !item.barrier) {
            map(item).leave(cpu);
            map(queue).leave(cpu);
        }
    }

    private LockMap map(Workqueue queue) {
        return byQueue.computeIfAbsent(queue, q -> newMap("(wq_completion)" + q.name()));
    }

    private LockMap map(WorkItem item) {
        return byFunction.computeIfAbsent(
                item.nameId, id -> newMap("(work_completion)" + names.apply(id)));
    }

    /** Says nothing of what may be taken inside, as work may be of tasks or of softirqs. */
    private LockMap newMap(String key) {
        return new LockMap(lockdep, key, WaitLevel.FREE, WaitLevel.SLEEP);
    }

    private static void await(Task self, LockMap map, Workqueue queue) {
        KernelCpu cpu = self.cpu();
        boolean bh = queue.flags().bh();
        // Who waits for a softirq is not interrupted by it: for the checker, it keeps it off.
        if (bh) {
            cpu.bhDisable();
        }
        map.await(cpu);
        if (bh) {
            cpu.bhEnable();
        }
    }

    /** Returns the worker whose item the caller is, or null. */
    static Worker worker(KernelCpu cpu) {
        return PreemptCount.inTask(cpu.preemptCount())
                        && cpu.current().hooks() instanceof Worker worker
                        && worker.current() != null
                ? worker
                : null;
    }

    /** Returns whether the caller is work of {@code queue}. */
    static boolean chained(KernelCpu cpu, Workqueue queue) {
        Worker worker = worker(cpu);
        return worker != null && worker.currentQueue().queue == queue;
    }

    /** {@code self} is about to wait for {@code item}, which is of {@code queue}. */
    void check(Task self, WorkItem item, Workqueue queue, boolean fromCancel) {
        Worker worker = worker(self.cpu());
        if (worker != null && worker.current() == item) {
            report(self, "work %d waits for itself".formatted(item.number));
        } else if (!fromCancel) {
            checkReclaim(self, worker, queue);
        }
        if (lockdep != null) {
            await(self, map(item), queue);
            // One item at a time may run: who waits for one waits for all before it.
            if (!fromCancel && (queue.maxActive() == 1 || queue.rescuer() != null)) {
                await(self, map(queue), queue);
            }
        }
    }

    /** {@code self} is about to wait for all of {@code queue}. */
    void check(Task self, Workqueue queue) {
        Worker worker = worker(self.cpu());
        if (worker != null && worker.currentQueue().queue == queue) {
            report(
                    self,
                    "work %d waits for its own queue %s"
                            .formatted(worker.current().number, queue.name()));
        } else {
            checkReclaim(self, worker, queue);
        }
        if (lockdep != null) {
            await(self, map(queue), queue);
        }
    }

    private static void checkReclaim(Task self, Worker worker, Workqueue queue) {
        if (worker == null || queue.flags().memReclaim()) {
            return;
        }
        Workqueue from = worker.currentQueue().queue;
        if (from.flags().memReclaim()) {
            report(
                    self,
                    "WQ_MEM_RECLAIM %s:%d is flushing !WQ_MEM_RECLAIM %s"
                            .formatted(from.name(), worker.current().number, queue.name()));
        }
    }

    private static void report(Task self, String what) {
        self.cpu().report(ReportKind.WORKQUEUE_FLUSH_DEPENDENCY, what, List.of());
    }
}
