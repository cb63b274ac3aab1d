package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.sched.Task;

import java.util.List;

/**
 * Waits that may never end: of work for itself, and of work that memory reclaim needs for work that
 * may need memory.
 *
 * <p>They are reported, and then waited for all the same.
 *
 * @see "Linux kernel/workqueue.c, check_flush_dependency; the lockdep maps of work and workqueue"
 */
final class FlushRules {
    private FlushRules() {}

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
    static void check(Task self, WorkItem item, Workqueue queue, boolean fromCancel) {
        Worker worker = worker(self.cpu());
        if (worker != null && worker.current() == item) {
            report(self, "work %d waits for itself".formatted(item.number));
        } else if (!fromCancel) {
            checkReclaim(self, worker, queue);
        }
    }

    /** {@code self} is about to wait for all of {@code queue}. */
    static void check(Task self, Workqueue queue) {
        Worker worker = worker(self.cpu());
        if (worker != null && worker.currentQueue().queue == queue) {
            report(
                    self,
                    "work %d waits for its own queue %s"
                            .formatted(worker.current().number, queue.name()));
        } else {
            checkReclaim(self, worker, queue);
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
