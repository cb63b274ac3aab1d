package org.irqlab.host;

/**
 * A physical core of the host.
 *
 * @param cpus its CPUs (SMT siblings) that are online and that this process may use
 * @param foreignCpus its other online CPUs, which other processes may use
 * @param llc the lowest CPU number that shares its last-level cache; equal for cores of one group
 * @param node its NUMA node
 * @param isolated whether the host's scheduler keeps other work off all of {@code cpus}
 */
public record HostCore(CpuList cpus, CpuList foreignCpus, int llc, int node, boolean isolated) {
    /** Returns the CPU that stands for the whole core. */
    public int firstCpu() {
        return cpus.first();
    }
}
