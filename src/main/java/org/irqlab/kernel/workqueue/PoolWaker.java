package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.sched.KernelCpu;

/** How an idle worker of a pool is told that there is work. */
@FunctionalInterface
interface PoolWaker {
    /** The pool's lock is held. */
    void wake(WorkerPool pool, Worker idle, KernelCpu cpu);
}
