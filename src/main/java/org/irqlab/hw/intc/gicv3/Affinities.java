package org.irqlab.hw.intc.gicv3;

/**
 * Names of the CPUs by affinity, in the layout of MPIDR and IROUTER: level 3 in bits 39:32, then 2
 * to 0 from bit 16 down.
 */
final class Affinities {
    private static final long LEVELS = 0xff_00ff_ffffL;

    private final int cpus;
    private final int cluster;

    Affinities(int cpus, int cluster) {
        this.cpus = cpus;
        this.cluster = cluster;
    }

    /** The affinity of a CPU. */
    long of(int cpu) {
        int clusters = cpu / cluster;
        long level3 = clusters >>> 16 & 0xff;
        return level3 << 32 | (clusters & 0xffff) << 8 | cpu % cluster;
    }

    /** The CPU with this affinity, or {@link InterruptWord#NOBODY}. */
    int cpu(long affinity) {
        long levels = affinity & LEVELS;
        long clusters = levels >>> 32 << 16 | levels >>> 8 & 0xffff;
        long level0 = levels & 0xff;
        long cpu = clusters * cluster + level0;
        return level0 < cluster && cpu < cpus ? (int) cpu : InterruptWord.NOBODY;
    }
}
