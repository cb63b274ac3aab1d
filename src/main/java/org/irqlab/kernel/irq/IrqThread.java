package org.irqlab.kernel.irq;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.sched.ThreadRequest;

/**
 * The thread of a threaded handler: FIFO 50 as a rule, woken by the top half, runs the handler once
 * per wake that was not merged.
 *
 * <p>RUNTHREAD is set by the wake and cleared by the thread before it runs the handler, so that a
 * wake during the run leads to one more run; see {@link ThreadRequest}.
 *
 * <p><b>Threads.</b> {@link #wake} by any holder in hardirq context.
 *
 * @see "Linux kernel/irq/manage.c, irq_thread and __irq_wake_thread"
 */
public final class IrqThread {
    private final IrqDescriptor descriptor;
    private final IrqHandler function;
    private final Task task;
    private final ThreadRequest runThread = new ThreadRequest();

    // The thread itself.
    private long runs;

    IrqThread(
            IrqDescriptor descriptor,
            IrqHandler function,
            KernelCpu cpu,
            String actionName,
            int pid,
            TaskPolicy policy) {
        this.descriptor = descriptor;
        this.function = function;
        task =
                cpu.scheduler()
                        .newTask(
                                new Task.TaskSpec(
                                        "irq/" + descriptor.irq() + "-" + actionName,
                                        pid,
                                        policy,
                                        true),
                                this::loop);
    }

    public Task task() {
        return task;
    }

    /** Returns how often the handler ran. */
    public long runs() {
        return runs;
    }

    /** Hardirq context; the descriptor's lock is not held. */
    @HotPath
    void wake(KernelCpu cpu) {
        if (!runThread.make()) {
            return;
        }
        descriptor.threadWoken(cpu);
        task.setWantedCpu(cpu.id());
        cpu.scheduler().wake(task);
    }

    private void loop(Task self) {
        while (true) {
            runThread.await(self);
            runs++;
            function.handle(self.cpu());
            descriptor.threadDone(this, self.cpu());
            if (!self.policy().realTime()) {
                self.cpu().scheduler().reschedulePoint();
            }
        }
    }
}
