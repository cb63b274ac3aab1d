package org.irqlab.kernel.workqueue;

/** Where a pool's work runs. */
enum PoolKind {
    /** Worker tasks of one CPU. */
    PER_CPU,
    /** Softirq context of one CPU. */
    BOTTOM_HALF,
    /** Worker tasks of several CPUs. */
    UNBOUND
}
