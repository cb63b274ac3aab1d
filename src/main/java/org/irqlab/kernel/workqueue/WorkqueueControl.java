package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.diag.ReportContext;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.locking.Lockdep;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.Task;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;

/**
 * What is done to whole queues: flush, drain, destroy, new limits, freezing.
 *
 * <p><b>Threads.</b> What waits, task context. Limits and freezing: one caller at a time.
 *
 * @see "Linux kernel/workqueue.c, __flush_workqueue, drain_workqueue, destroy_workqueue,
 *     workqueue_set_max_active, freeze_workqueues_begin"
 */
public final class WorkqueueControl {
    private final List<Workqueue> queues = new CopyOnWriteArrayList<>();
    private final FlushRules rules;

    // One caller at a time.
    private boolean freezing;

    WorkqueueControl(FlushRules rules) {
        this.rules = rules;
    }

    /**
     * Has {@code lockdep} know that who waits for work waits for what that work waits for: a flush
     * under a lock that the work takes is reported, whether it comes to a stop or not. Before the
     * machine runs.
     *
     * @param names of functions, by the numbers of their items
     */
    public void checkLocks(Lockdep lockdep, IntFunction<String> names) {
        rules.checkLocks(lockdep, names);
    }

    void add(Workqueue queue) {
        if (freezing && queue.flags().freezable()) {
            queue.freezeBeforeUse();
        }
        queues.add(queue);
    }

    void reportClamp(Smp smp, String name, int asked, int got) {
        smp.log()
                .report(
                        ReportKind.WORKQUEUE_MISUSE,
                        "max_active %d requested for %s is out of range, clamping to %d"
                                .formatted(asked, name, got),
                        ReportContext.OUTSIDE,
                        List.of());
    }

    /** Waits until all that was queued before has ended; what comes later is not waited for. */
    public void flush(Task self, Workqueue queue) {
        rules.check(self, queue);
        queue.flusher.flush(self);
    }

    /**
     * Waits until the queue is empty; only its own work may queue meanwhile, the others' is
     * reported and refused.
     */
    public void drain(Task self, Workqueue queue) {
        rules.check(self, queue);
        queue.flusher.drain(self);
    }

    /** Drains the queue, and lets nobody queue to it from then on. */
    public void destroy(Task self, Workqueue queue) {
        queue.close();
        drain(self, queue);
        if (queue.rescuer() != null) {
            queue.rescuer().stop(self.cpu());
        }
        queues.remove(queue);
        if (!queue.idle(self.cpu())) {
            report(self.cpu(), queue.name() + " has work after its end");
        }
    }

    /**
     * Sets how many items may be active at once. A limit out of range is clamped and reported; a
     * queue of bottom halves and an ordered one keep theirs, which is reported. Any context.
     */
    public void setMaxActive(KernelCpu cpu, Workqueue queue, int asked) {
        if (queue.flags().bh() || queue.flags().ordered()) {
            report(cpu, queue.name() + " has a limit that cannot be set");
            return;
        }
        int max = Workqueue.clamp(asked);
        if (max != asked) {
            reportClamp(cpu.smp(), queue.name(), asked, max);
        }
        queue.setMaxActive(cpu, max);
    }

    /** Lets no item of the freezable queues start. */
    public void freeze(KernelCpu cpu) {
        freezing = true;
        freezable(cpu, true);
    }

    /** Returns whether an item of a freezable queue is still running. */
    public boolean freezeBusy(KernelCpu cpu) {
        if (!freezing) {
            throw new IllegalStateException("asked whether it is frozen, but nobody freezes");
        }
        return queues.stream().anyMatch(q -> q.flags().freezable() && q.active(cpu));
    }

    /** Lets them start again. */
    public void thaw(KernelCpu cpu) {
        freezing = false;
        freezable(cpu, false);
    }

    private void freezable(KernelCpu cpu, boolean freeze) {
        for (Workqueue queue : queues) {
            if (queue.flags().freezable()) {
                queue.freeze(cpu, freeze);
            }
        }
    }

    /** Returns whether nothing of {@code queue} waits, runs, or is waited for: I-60. */
    boolean nothingInFlight(Workqueue queue, KernelCpu cpu) {
        int inFlight = 0;
        boolean irqs = cpu.hw().irqSave();
        for (PoolWorkqueue link : queue.links()) {
            link.pool.lock(cpu);
            inFlight += link.inFlight();
            link.pool.unlock(cpu);
        }
        cpu.hw().irqRestore(irqs);
        return inFlight == 0;
    }

    List<Workqueue> queues() {
        return queues;
    }

    private static void report(KernelCpu cpu, String what) {
        cpu.report(ReportKind.WORKQUEUE_MISUSE, what, List.of());
    }
}
