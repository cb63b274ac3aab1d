package org.irqlab.kernel.boot;

import org.irqlab.kernel.irq.ipi.CrossCall;
import org.irqlab.kernel.irq.line.IrqCore;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.softirq.Tasklet;

import java.util.function.Consumer;

/** What the interrupt layer needs of its machine. */
final class IrqHost implements IrqCore.Host {
    private final Machine machine;
    private final MachineTasks tasks;

    IrqHost(Machine machine, MachineTasks tasks) {
        this.machine = machine;
        this.tasks = tasks;
    }

    @Override
    public void schedule(Tasklet tasklet, KernelCpu cpu) {
        machine.tasklets(cpu.id()).schedule(tasklet);
    }

    @Override
    public void call(int target, Consumer<KernelCpu> function, KernelCpu cpu) {
        machine.calls().callAsync(target, new CrossCall(function), cpu);
    }

    @Override
    public void adopt(Task task) {
        tasks.adoptIrqThread(task);
    }

    @Override
    public boolean forget(Task task) {
        return tasks.forgetIrqThread(task);
    }
}
