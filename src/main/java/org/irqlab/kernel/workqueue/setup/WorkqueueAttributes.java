package org.irqlab.kernel.workqueue.setup;

import org.irqlab.kernel.irq.affinity.CpuMask;

/**
 * What an unbound queue wants of its workers; queues that want the same share pools.
 *
 * @param nice of the workers
 * @param cpus on which they may run
 * @see "Linux include/linux/workqueue.h, struct workqueue_attrs"
 */
public record WorkqueueAttributes(int nice, CpuMask cpus, AffinityScope scope) {
    public WorkqueueAttributes {
        if (cpus.isEmpty()) {
            throw new IllegalArgumentException("cpus=" + cpus + " but a worker needs one");
        }
    }

    /** Any CPU of a machine that has {@code cpus}. */
    public static WorkqueueAttributes standard(int nice, int cpus) {
        return new WorkqueueAttributes(nice, CpuMask.first(cpus), AffinityScope.SYSTEM);
    }

    /** Returns the same for the part of the CPUs to which {@code cpu} belongs. */
    public WorkqueueAttributes part(int cpu) {
        return switch (scope) {
            case SYSTEM -> this;
            // A CPU that is not allowed is served by the whole set, as in Linux.
            case CPU -> cpus.contains(cpu)
                    ? new WorkqueueAttributes(nice, CpuMask.of(cpu), scope)
                    : new WorkqueueAttributes(nice, cpus, AffinityScope.SYSTEM);
        };
    }
}
