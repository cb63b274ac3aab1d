package org.irqlab.kernel.irq.line;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.sched.ThreadRequest;

import java.util.function.BooleanSupplier;

/**
 * The thread of a threaded handler: FIFO 50 as a rule, woken by the top half, runs the handler once
 * per wake that was not merged.
 *
 * <p>RUNTHREAD is set by the wake and cleared by the thread before it runs the handler, so that a
 * wake during the run leads to one more run; see {@link ThreadRequest}.
 *
 * <p><b>Threads.</b> {@link #wake} by any holder in hardirq context, {@link #stop} by a task.
 *
 * @see "Linux kernel/irq/manage.c, irq_thread and __irq_wake_thread"
 */
public final class IrqThread {
    /** How the thread calls its function. */
    enum Kind {
        REQUESTED,
        /** A primary handler that was threaded by force: bottom halves and interrupts off. */
        FORCED,
        /** The same on a PREEMPT_RT kernel: bottom halves off. */
        FORCED_RT,
        /** The thread function behind a primary handler that was threaded by force. */
        SECONDARY
    }

    private final IrqDescriptor line;
    private final IrqAction action;
    private final Kind kind;
    private final Task task;
    private final ThreadRequest runThread = new ThreadRequest();
    private final BooleanSupplier stopRequested = this::isStopping;

    // The line's CPUs have changed: AFFINITY. Any holder sets it, the thread clears it.
    private volatile boolean moved = true;

    // Who frees the handler; then the thread tells it of its end.
    private volatile boolean stopping;
    private volatile boolean ended;

    // The thread itself; read by wakers, who may be late.
    private CpuMask allowed = CpuMask.NONE;
    private long runs;

    IrqThread(
            IrqDescriptor line,
            IrqAction action,
            Kind kind,
            KernelCpu cpu,
            int pid,
            TaskPolicy policy) {
        this.line = line;
        this.action = action;
        this.kind = kind;
        String prefix = "irq/" + line.irq() + (kind == Kind.SECONDARY ? "-s-" : "-");
        var spec = new Task.TaskSpec(prefix + action.name(), pid, policy, true);
        task = cpu.scheduler().newTask(spec, this::loop);
    }

    public Task task() {
        return task;
    }

    /** Returns how often the handler ran. */
    public long runs() {
        return runs;
    }

    /** Hardirq context; the line is in progress, and its lock is not held. */
    @HotPath
    void wake(KernelCpu cpu) {
        if (ended || !runThread.make()) {
            return;
        }
        line.threads.woken(action.threadMask);
        boolean here = allowed.isEmpty() || allowed.contains(cpu.id());
        task.setWantedCpu(here ? cpu.id() : allowed.first());
        cpu.scheduler().wake(task);
    }

    /** The line interrupts other CPUs from now on: the thread follows before it sleeps again. */
    void lineMoved() {
        moved = true;
    }

    private void loop(Task self) {
        while (true) {
            followLine();
            if (!runThread.await(self, stopRequested)) {
                break;
            }
            runs++;
            run(self);
            if (!self.policy().realTime()) {
                self.cpu().scheduler().reschedulePoint();
            }
        }
        ended = true;
        line.waiters.wakeAll(self.cpu());
    }

    private boolean isStopping() {
        return stopping;
    }

    private void followLine() {
        if (moved) {
            moved = false;
            allowed = line.effective;
        }
    }

    @HotPath
    private void run(Task self) {
        int result =
                switch (kind) {
                    case REQUESTED, SECONDARY -> callFunction(self.cpu());
                    case FORCED, FORCED_RT -> callForced(self.cpu());
                };
        KernelCpu cpu = self.cpu();
        if (result == IrqReturn.HANDLED.ordinal()) {
            line.threads.handled();
        }
        if (kind != Kind.SECONDARY) {
            line.threads.finishOneshot(action.threadMask, runThread, cpu);
        }
        if (result == IrqReturn.WAKE_THREAD.ordinal() && action.secondary != null) {
            wakeSecondary(cpu);
        }
        line.threads.done(self.cpu());
    }

    private int callFunction(KernelCpu cpu) {
        int count = cpu.preemptCount();
        int result = HandlerRun.call(line, action.threadFunction(), cpu);
        KernelCpu after = task.cpu();
        if (after.preemptCount() != count || !after.hw().irqsEnabled()) {
            after.repairPreemptCount(count);
            after.hw().irqEnable();
        }
        return result;
    }

    private int callForced(KernelCpu cpu) {
        boolean realTime = kind == Kind.FORCED_RT;
        cpu.bhDisable();
        if (!realTime) {
            cpu.hw().irqDisable();
        }
        int count = cpu.preemptCount();
        int result = HandlerRun.call(line, action.threadFunction(), cpu);
        if (cpu.preemptCount() != count || cpu.hw().irqsEnabled() != realTime) {
            cpu.repairPreemptCount(count);
        }
        cpu.hw().irqEnable();
        cpu.bhEnable();
        return result;
    }

    private void wakeSecondary(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        action.secondary.thread().wake(cpu);
        cpu.hw().irqRestore(irqs);
    }

    /** Ends the thread, after one more run if one has been asked for, and waits for that. */
    void stop(KernelCpu cpu) {
        stopping = true;
        cpu.scheduler().wake(task);
        line.waiters.await(cpu, () -> ended);
    }
}
