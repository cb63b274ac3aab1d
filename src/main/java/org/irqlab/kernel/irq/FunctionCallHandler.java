package org.irqlab.kernel.irq;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * A function call from another CPU: takes in the tasks that were woken there for this CPU.
 *
 * @param more what else the interrupt brings
 */
public record FunctionCallHandler(SystemVectorHandler more) implements SystemVectorHandler {
    @Override
    @HotPath
    public void arrives(KernelCpu cpu) {
        cpu.scheduler().wakeListArrives();
    }

    @Override
    @HotPath
    public void handle(KernelCpu cpu) {
        cpu.scheduler().drainWakeList();
        more.handle(cpu);
    }
}
