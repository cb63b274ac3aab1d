package org.irqlab.kernel.irq;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The thread of a threaded handler: FIFO 50 as a rule, woken by the top half, runs the handler once
 * per wake that was not merged.
 *
 * <p>RUNTHREAD is set by the wake and cleared by the thread before it runs the handler, so that a
 * wake during the run leads to one more run.
 *
 * <p><b>Threads.</b> {@link #wake} by any holder in hardirq context; the flags word through FLAGS.
 *
 * @see "Linux kernel/irq/manage.c, irq_thread and __irq_wake_thread"
 */
public final class IrqThread {
    private static final int RUNTHREAD = 1;
    private static final VarHandle FLAGS;

    static {
        try {
            FLAGS = MethodHandles.lookup().findVarHandle(IrqThread.class, "flags", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final IrqDescriptor descriptor;
    private final IrqHandler function;
    private final Task task;

    // Any thread, through FLAGS.
    private int flags;

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
        // Full barrier; pairs with the getAndBitwiseAnd in takeRequest().
        if (((int) FLAGS.getAndBitwiseOr(this, RUNTHREAD) & RUNTHREAD) != 0) {
            return;
        }
        descriptor.threadWoken(cpu);
        task.setWantedCpu(cpu.id());
        cpu.scheduler().wake(task);
    }

    /**
     * Takes a wake; what the waker wrote before is visible. Pairs with the getAndBitwiseOr in
     * wake().
     */
    @HotPath
    private boolean takeRequest() {
        return ((int) FLAGS.getAndBitwiseAnd(this, ~RUNTHREAD) & RUNTHREAD) != 0;
    }

    boolean requested() {
        return ((int) FLAGS.getVolatile(this) & RUNTHREAD) != 0;
    }

    private void loop(Task self) {
        while (true) {
            self.prepareToSleep('S');
            if (!requested()) {
                self.cpu().scheduler().schedule();
                continue;
            }
            self.finishSleep();
            if (takeRequest()) {
                runs++;
                function.handle(self.cpu());
                descriptor.threadDone(this, self.cpu());
                if (!self.policy().realTime()) {
                    self.cpu().scheduler().reschedulePoint();
                }
            }
        }
    }
}
