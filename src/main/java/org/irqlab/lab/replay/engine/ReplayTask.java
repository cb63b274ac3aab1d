package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.lab.replay.ReplayPlan;

/**
 * A recorded task: sleeps, and runs one quantum for each wake that the recording shows to have
 * started one. A wake that finds it awake leaves its quantum in the queue: nothing is lost, and the
 * merge is counted.
 *
 * <p><b>Threads.</b> {@link #wake} by any holder; the rest by the task.
 */
final class ReplayTask {
    private final ReplayPlan plan;
    private final ReplayCounters[] counters;
    private final ActivityRunner runner;
    private final Task task;
    private final RunRing quanta = new RunRing();

    ReplayTask(
            Machine machine,
            ReplayPlan plan,
            ReplayPlan.TaskSpec spec,
            int cpu,
            ActivityRunner runner,
            ReplayCounters[] counters) {
        this.plan = plan;
        this.runner = runner;
        this.counters = counters;
        var policy = TaskPolicy.ofKernelPrio(spec.prio());
        task =
                machine.newTask(
                        cpu,
                        new Task.TaskSpec(spec.name(), spec.pid(), policy, spec.kernelThread()),
                        this::loop);
        task.setReturnNs(plan.returnNs[spec.id()]);
    }

    /** Hands the task a quantum and wakes it; returns whether it slept. */
    @HotPath
    boolean wake(KernelCpu cpu, Run quantum) {
        ReplayCounters count = counters[cpu.id()];
        count.wakes++;
        boolean woken = hand(cpu, quantum);
        if (!woken) {
            count.mergedWakes++;
        }
        return woken;
    }

    /** The same where the recording shows the task awake; returns whether it slept. */
    @HotPath
    boolean deliver(KernelCpu cpu, Run quantum) {
        boolean woken = hand(cpu, quantum);
        if (woken) {
            counters[cpu.id()].extraWakes++;
        }
        return woken;
    }

    private boolean hand(KernelCpu cpu, Run quantum) {
        ReplayCounters count = counters[cpu.id()];
        if (!quanta.offer(quantum)) {
            count.dropped++;
            return false;
        }
        count.workQueued++;
        task.setWantedCpu(plan.activityCpu[quantum.activity]);
        task.setIdleExitNs(plan.activityIdleExitNs[quantum.activity]);
        task.setRemoteWakeNs(plan.activityRemoteWakeNs[quantum.activity]);
        return cpu.scheduler().wake(task);
    }

    private void loop(Task self) {
        boolean switchedIn = true;
        while (true) {
            Run quantum = quanta.poll();
            if (quantum == null) {
                self.prepareToSleep('S');
                if (quanta.isEmpty()) {
                    self.cpu().scheduler().schedule();
                    switchedIn = true;
                } else {
                    self.finishSleep();
                }
                continue;
            }
            KernelCpu cpu = self.cpu();
            ReplayCounters count = counters[cpu.id()];
            count.workRun++;
            count.quanta += switchedIn ? 1 : 0;
            long startNs = switchedIn ? self.switchedInNs() : cpu.threadPaths().workDueNs();
            long turnNs = switchedIn ? plan.activityTurnNs[quantum.activity] : 0;
            if (quanta.isEmpty()) {
                runner.executeToSleep(cpu, quantum, startNs, turnNs);
            } else {
                runner.executeUnmarked(cpu, quantum, startNs, -turnNs);
            }
            switchedIn = false;
        }
    }
}
