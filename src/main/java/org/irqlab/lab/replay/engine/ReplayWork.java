package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.workqueue.WorkItem;
import org.irqlab.kernel.workqueue.Workqueue;
import org.irqlab.lab.replay.ReplayPlan;

/**
 * A recorded work item on the machine's own workqueues.
 *
 * <p><b>Threads.</b> {@link #queue} by any holder; the function by a worker.
 */
final class ReplayWork {
    private final Machine machine;
    private final Workqueue queue;
    private final WorkItem item;
    private final RunRing executions = new RunRing();
    private final ActivityRunner runner;
    private final ReplayCounters[] counters;

    ReplayWork(
            Machine machine,
            ReplayPlan.WorkSpec spec,
            Workqueue queue,
            ActivityRunner runner,
            ReplayCounters[] counters) {
        this.machine = machine;
        this.queue = queue;
        this.runner = runner;
        this.counters = counters;
        item = new WorkItem(this::execute, spec.id() + 1, machine.names().id(spec.function()));
    }

    /**
     * Queues the item with one more execution to do.
     *
     * @param wantedCpu whose pool, or −1 for the queueing CPU's
     */
    @HotPath
    boolean queue(KernelCpu cpu, Run execution, int wantedCpu) {
        if (!executions.offer(execution)) {
            counters[cpu.id()].dropped++;
            return false;
        }
        counters[cpu.id()].workQueued++;
        if (wantedCpu >= 0 && wantedCpu != cpu.id()) {
            return machine.workqueues().queueOn(cpu, wantedCpu, queue, item);
        }
        return machine.workqueues().queueWork(cpu, queue, item);
    }

    private void execute(KernelCpu cpu, WorkItem self) {
        long startNs = cpu.pathClock().markNs();
        for (Run run = executions.poll(); run != null; run = executions.poll()) {
            counters[cpu.id()].workRun++;
            runner.execute(cpu, run, startNs);
            startNs = HostClock.nowNs();
        }
    }
}
