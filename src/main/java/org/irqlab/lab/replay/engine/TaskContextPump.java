package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.lab.replay.ReplayPlan;

/**
 * Stands in for the tasks of one CPU that the trace does not show: what they did at recorded times
 * is done here, in task context, above every replayed task.
 *
 * <p>The injector leaves an arrival in the ring and sends the CPU an interrupt of its own, which
 * wakes this task: so the arrival waits for interrupts and softirqs as the task would have.
 *
 * <p><b>Threads.</b> {@link #arrive} and {@link #wake} by the holder of the CPU; the loop by the
 * task.
 */
final class TaskContextPump {
    /** Begins the names of these tasks. */
    static final String NAME = "tasks/";

    private static final int PRIORITY = 98;

    private final ReplayPlan plan;
    private final ReplayActions actions;
    private final ActivityRunner runner;
    private final ReplaySource[] sources;
    private final RunRing waiting = new RunRing();
    private final Task task;

    TaskContextPump(
            Machine machine,
            int cpu,
            ReplayPlan plan,
            ReplayActions actions,
            ActivityRunner runner,
            ReplaySource[] sources) {
        this.plan = plan;
        this.actions = actions;
        this.runner = runner;
        this.sources = sources;
        task = machine.newTask(cpu, NAME + cpu, TaskPolicy.fifo(PRIORITY), false, this::loop);
    }

    /** Takes an arrival; {@code false} when the ring is full. */
    @HotPath
    boolean arrive(Run run) {
        return waiting.offer(run);
    }

    /** Wakes the task. Hardirq context. */
    @HotPath
    void wake(KernelCpu cpu) {
        cpu.scheduler().wake(task);
    }

    private void loop(Task self) {
        while (true) {
            Run run = waiting.poll();
            if (run == null) {
                self.prepareToSleep('S');
                if (waiting.isEmpty()) {
                    self.cpu().scheduler().schedule();
                } else {
                    self.finishSleep();
                }
                continue;
            }
            KernelCpu cpu = self.cpu();
            if (plan.activityKind[run.activity] == ReplayPlan.ActivityKind.SOFTIRQ.ordinal()) {
                run.raisedNs = HostClock.nowNs();
                actions.raiseRun(cpu, run, plan.activitySubject[run.activity], true);
            } else {
                runner.execute(cpu, run, HostClock.nowNs());
                sources[run.source].served(cpu.id());
            }
        }
    }
}
