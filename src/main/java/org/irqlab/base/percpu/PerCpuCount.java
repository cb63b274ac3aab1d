package org.irqlab.base.percpu;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A count that each CPU keeps for itself.
 *
 * <p><b>Threads.</b> A CPU's holder increments its own; any thread reads, exactly once the CPUs are
 * quiescent.
 */
public final class PerCpuCount {
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
    // Two cache lines apart: the adjacent-line prefetcher pairs lines.
    private static final int STRIDE = 128 / Long.BYTES;

    private final long[] counts;

    public PerCpuCount(int cpus) {
        counts = new long[(cpus + 1) * STRIDE];
    }

    /** Adds one to {@code cpu}'s count; its holder only. */
    @HotPath
    public void increment(int cpu) {
        int slot = (cpu + 1) * STRIDE - 1;
        // Opaque: readers see whole values; nothing is ordered by it.
        COUNT.setOpaque(counts, slot, counts[slot] + 1);
    }

    public long sum() {
        long sum = 0;
        for (int slot = STRIDE - 1; slot < counts.length; slot += STRIDE) {
            sum += (long) COUNT.getOpaque(counts, slot);
        }
        return sum;
    }
}
