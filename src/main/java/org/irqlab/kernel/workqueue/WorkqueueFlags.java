package org.irqlab.kernel.workqueue;

/**
 * How a workqueue's items are run.
 *
 * @param unbound by workers of no particular CPU, without concurrency management
 * @param highPriority by workers of nice −20; SIMPLIFIED: no effect together with {@code unbound}
 * @param cpuIntensive a running item does not keep others of its CPU waiting; no meaning together
 *     with {@code unbound}
 * @param ordered one at a time, in the order of queueing; implies {@code unbound}
 * @see "Linux include/linux/workqueue.h, enum wq_flags"
 */
public record WorkqueueFlags(
        boolean unbound, boolean highPriority, boolean cpuIntensive, boolean ordered) {
    public static final WorkqueueFlags PER_CPU = new WorkqueueFlags(false, false, false, false);
    public static final WorkqueueFlags HIGH_PRIORITY =
            new WorkqueueFlags(false, true, false, false);
    public static final WorkqueueFlags CPU_INTENSIVE =
            new WorkqueueFlags(false, false, true, false);
    public static final WorkqueueFlags UNBOUND = new WorkqueueFlags(true, false, false, false);
    public static final WorkqueueFlags ORDERED = new WorkqueueFlags(true, false, false, true);

    public WorkqueueFlags {
        unbound |= ordered;
        cpuIntensive &= !unbound;
    }
}
