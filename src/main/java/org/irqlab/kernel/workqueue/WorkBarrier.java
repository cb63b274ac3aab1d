package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

/**
 * An item that is put right behind another one, and tells a waiting task when it runs.
 *
 * <p><b>Threads.</b> {@link #await} by the waiting task, {@link #run} by a worker.
 */
final class WorkBarrier implements WorkFunction {
    private final Task waiter;

    // Set by the worker, read by the waiter. That the waiter sees it or is woken is the sleep
    // protocol of Task. Volatile for what the items before this one wrote: the store in run()
    // releases it, the load in await() acquires it.
    private volatile boolean reached;

    WorkBarrier(Task waiter) {
        this.waiter = waiter;
    }

    @Override
    public void run(KernelCpu cpu, WorkItem item) {
        reached = true;
        cpu.scheduler().wake(waiter);
    }

    void await() {
        while (true) {
            waiter.prepareToSleep('D');
            if (reached) {
                waiter.finishSleep();
                return;
            }
            waiter.cpu().scheduler().schedule();
        }
    }
}
