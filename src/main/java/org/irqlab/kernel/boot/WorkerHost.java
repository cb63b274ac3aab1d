package org.irqlab.kernel.boot;

import org.irqlab.kernel.irq.ipi.IrqWork;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.time.CpuTimers;
import org.irqlab.kernel.workqueue.setup.WorkqueueHost;

/** What the workqueues need of their machine. */
final class WorkerHost implements WorkqueueHost {
    private final Machine machine;
    private final MachineTasks tasks;

    WorkerHost(Machine machine, MachineTasks tasks) {
        this.machine = machine;
        this.tasks = tasks;
    }

    @Override
    public int newPid() {
        return tasks.newPid();
    }

    @Override
    public void adopt(Task task) {
        tasks.adopt(task);
    }

    @Override
    public void forget(Task task) {
        tasks.forget(task);
    }

    @Override
    public void raise(KernelCpu cpu, boolean high) {
        machine.softirqs(cpu.id()).raise(high ? SoftirqVector.HI : SoftirqVector.TASKLET);
    }

    @Override
    public void interrupt(int target, IrqWork work, KernelCpu cpu) {
        machine.calls().queueOn(target, work, cpu);
    }

    @Override
    public CpuTimers timers(int cpu) {
        return machine.timers(cpu);
    }
}
