package org.irqlab.kernel.workqueue.setup;

/**
 * How an unbound queue divides its CPUs: each part has a pool of its own.
 *
 * <p>SIMPLIFIED: the parts by core, cache and NUMA node are left out; the machine is one node.
 *
 * @see "Linux include/linux/workqueue.h, enum wq_affn_scope"
 */
public enum AffinityScope {
    /** One pool for all CPUs. */
    SYSTEM,
    /** One pool for each CPU, whose workers keep to it. */
    CPU
}
