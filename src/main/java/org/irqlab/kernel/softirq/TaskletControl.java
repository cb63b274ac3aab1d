package org.irqlab.kernel.softirq;

import org.irqlab.base.Checks;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.sched.Task;

import java.util.List;

/**
 * What a driver does with its tasklets besides scheduling them: keeps one from running, and gets
 * rid of one.
 *
 * <p><b>Threads.</b> The holder of the calling CPU.
 *
 * @see "Linux kernel/softirq.c, tasklet_kill; include/linux/interrupt.h, tasklet_disable"
 */
public final class TaskletControl {
    private static final long NS_PER_MS = 1_000_000;

    private final long reportNs;

    /**
     * @param reportNs how long a kill waits before that is reported
     */
    public TaskletControl(long reportNs) {
        this.reportNs = reportNs;
    }

    /**
     * Keeps {@code tasklet} from running until {@link Tasklet#enable}, and waits until it does not
     * run. What the last run wrote is visible afterwards. Task context, may sleep.
     */
    public void disable(Tasklet tasklet, KernelCpu cpu) {
        tasklet.disableNoSync();
        tasklet.waiters.await(cpu, () -> !tasklet.running());
    }

    /**
     * The same where the caller may not sleep: it spins, as long as another CPU runs the tasklet.
     * Not from the tasklet itself.
     */
    public void disableInAtomic(Tasklet tasklet, KernelCpu cpu) {
        tasklet.disableNoSync();
        while (tasklet.running() && !cpu.smp().stopping()) {
            Thread.yield();
            cpu.hw().poll();
        }
    }

    /**
     * Waits until {@code tasklet} is neither scheduled nor running, and leaves it so. A tasklet
     * that schedules itself, or one that is scheduled and disabled, keeps the caller for ever; that
     * is reported once. Task context.
     */
    public void kill(Tasklet tasklet, KernelCpu cpu) {
        killWithin(tasklet, Long.MAX_VALUE, cpu);
    }

    /**
     * The same with an end, which the kernel's does not have.
     *
     * @param limitNs looked at whenever the tasklet has been due
     * @return {@code false} if the tasklet lives on: after the limit, or in an interrupt where it
     *     would have to be waited for
     */
    public boolean killWithin(Tasklet tasklet, long limitNs, KernelCpu cpu) {
        if (PreemptCount.inInterrupt(cpu.preemptCount())) {
            return killInInterrupt(tasklet, cpu);
        }
        Task self = cpu.current();
        var wait = new KillWait(tasklet, HostClock.nowNs(), limitNs, self);
        tasklet.waiters.await(cpu, wait::over);
        if (!wait.taken) {
            return false;
        }
        // SCHED is ours: no further run begins, one may go on.
        tasklet.waiters.await(self.cpu(), () -> !tasklet.running());
        end(tasklet);
        tasklet.waiters.wakeAny(self.cpu());
        return true;
    }

    private boolean killInInterrupt(Tasklet tasklet, KernelCpu cpu) {
        cpu.report(ReportKind.TASKLET_KILL_IN_INTERRUPT, tasklet.toString(), List.of());
        if (!tasklet.trySchedule()) {
            return false;
        }
        boolean idle = !tasklet.running();
        tasklet.beginRun();
        return idle;
    }

    private static void end(Tasklet tasklet) {
        if (Checks.ON) {
            Checks.invariant(
                    tasklet.scheduled() && !tasklet.running(), "I-45: kill ends with a run");
        }
        tasklet.beginRun();
    }

    /** Tries to take SCHED, and watches the clock. */
    private final class KillWait {
        private final Tasklet tasklet;
        private final long sinceNs;
        private final long limitNs;
        private final Task self;
        private boolean taken;
        private boolean reported;

        KillWait(Tasklet tasklet, long sinceNs, long limitNs, Task self) {
            this.tasklet = tasklet;
            this.sinceNs = sinceNs;
            this.limitNs = limitNs;
            this.self = self;
        }

        boolean over() {
            taken = tasklet.trySchedule();
            if (taken) {
                return true;
            }
            long waited = HostClock.nowNs() - sinceNs;
            if (waited >= Math.min(reportNs, limitNs) && !reported) {
                reported = true;
                String why = tasklet.enabled() ? "scheduled again and again" : "disabled";
                self.cpu()
                        .report(
                                ReportKind.TASKLET_KILL_STUCK,
                                tasklet.toString(),
                                List.of(why, "waited %d ms".formatted(waited / NS_PER_MS)));
            }
            return waited >= limitNs;
        }
    }
}
