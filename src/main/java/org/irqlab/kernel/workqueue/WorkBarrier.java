package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

/**
 * Something that a task waits for: an item that is put right behind another one, or the end of a
 * flush colour.
 *
 * <p><b>Threads.</b> {@link #await} by the waiting task, {@link #reach} once by any holder.
 */
final class WorkBarrier implements WorkFunction {
    private final Task waiter;

    // Set by the worker, read by the waiter. That the waiter sees it or is woken is the sleep
    // protocol of Task. Volatile for what the items before this one wrote: the store in reach()
    // releases it, the load in await() acquires it.
    private volatile boolean reached;

    WorkBarrier(Task waiter) {
        this.waiter = waiter;
    }

    @Override
    public void run(KernelCpu cpu, WorkItem item) {
        reach(cpu);
    }

    /** Lets the waiting task go on. Any holder; a pool's lock may be held. */
    void reach(KernelCpu cpu) {
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
