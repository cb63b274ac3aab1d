package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.sched.KernelCpu;

/** What a work item does. */
@FunctionalInterface
public interface WorkFunction {
    /**
     * Task context of a worker, interrupts on: may sleep. A function of an unbound queue may find
     * itself on another CPU after a sleep.
     *
     * @param cpu where it begins
     * @param item whose function this is; may be queued again from here, which leads to one more
     *     run
     */
    void run(KernelCpu cpu, WorkItem item);
}
