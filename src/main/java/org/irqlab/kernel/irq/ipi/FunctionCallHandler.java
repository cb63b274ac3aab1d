package org.irqlab.kernel.irq.ipi;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.irq.SystemVectorHandler;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * The interrupt of a function call from another CPU, which also brings the tasks that were woken
 * there for this one.
 *
 * @param calls of the machine
 * @param more what else the interrupt brings
 */
public record FunctionCallHandler(CrossCalls calls, SystemVectorHandler more)
        implements SystemVectorHandler {
    public FunctionCallHandler(CrossCalls calls) {
        this(calls, cpu -> {});
    }

    @Override
    @HotPath
    public void arrives(KernelCpu cpu) {
        cpu.scheduler().wakeListArrives();
    }

    @Override
    @HotPath
    public void handle(KernelCpu cpu) {
        calls.serve(cpu);
        more.handle(cpu);
    }
}
