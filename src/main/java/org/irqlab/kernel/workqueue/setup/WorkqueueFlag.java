package org.irqlab.kernel.workqueue.setup;

/**
 * One property of a workqueue.
 *
 * @see "Linux include/linux/workqueue.h, enum wq_flags"
 */
public enum WorkqueueFlag {
    /** Items run in softirq context of the CPU that queues them. */
    BH(0),
    /** By workers of no particular CPU, without concurrency management. */
    UNBOUND(1),
    /** No item starts while the system is frozen. */
    FREEZABLE(2),
    /** Has a rescuer: goes on when no worker can be made. */
    MEM_RECLAIM(3),
    /** By workers of nice −20, or in the HI softirq. */
    HIGHPRI(4),
    /** A running item does not keep others of its CPU waiting; no meaning with UNBOUND. */
    CPU_INTENSIVE(5),
    /** Shown in sysfs: no effect here. */
    SYSFS(6),
    /** Unbound on a machine that is booted to save power: no effect here, as by default there. */
    POWER_EFFICIENT(7),
    /** Says explicitly that the queue is not unbound. */
    PERCPU(8),
    /** One item at a time, in the order of queueing; implies UNBOUND. */
    ORDERED(17);

    private final int bit;

    WorkqueueFlag(int bit) {
        this.bit = bit;
    }

    int mask() {
        return 1 << bit;
    }
}
