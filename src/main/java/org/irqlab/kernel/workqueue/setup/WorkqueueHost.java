package org.irqlab.kernel.workqueue.setup;

import org.irqlab.kernel.irq.ipi.IrqWork;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.time.CpuTimers;

/**
 * What the workqueues need of their machine.
 *
 * <p><b>Threads.</b> Any holder.
 */
public interface WorkqueueHost {
    /** Returns a pid that no task has. */
    int newPid();

    /** Takes in a worker that was made just now, and starts its thread if the machine runs. */
    void adopt(Task task);

    /** Forgets a worker that has ended. */
    void forget(Task task);

    /** Makes the TASKLET softirq pending on {@code cpu}, or, if {@code high}, HI. Any context. */
    void raise(KernelCpu cpu, boolean high);

    /** Has {@code work} run in the next interrupt of CPU {@code target}. */
    void interrupt(int target, IrqWork work, KernelCpu cpu);

    /** Returns the timers of one CPU. */
    CpuTimers timers(int cpu);
}
