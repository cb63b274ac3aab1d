package org.irqlab.kernel.sched.fair;

/** CPUs of one cache domain as a test sets them up. */
final class FakeCpus implements CpuView {
    final int count;
    final int[] nrRunning;
    final int[] nrDelayed;
    final int[] nrIdlePolicy;
    final boolean[] wakePending;
    final boolean[] offline;
    final long[] load;
    int idleScanLimit;
    boolean smtPairs;

    FakeCpus(int count) {
        this.count = count;
        nrRunning = new int[count];
        nrDelayed = new int[count];
        nrIdlePolicy = new int[count];
        wakePending = new boolean[count];
        offline = new boolean[count];
        load = new long[count];
        idleScanLimit = count;
    }

    @Override
    public long cpus() {
        return count == Long.SIZE ? -1 : (1L << count) - 1;
    }

    @Override
    public boolean idle(int cpu) {
        return nrRunning[cpu] == 0 && !wakePending[cpu];
    }

    @Override
    public int nrRunning(int cpu) {
        return nrRunning[cpu];
    }

    @Override
    public int nrDelayed(int cpu) {
        return nrDelayed[cpu];
    }

    @Override
    public int nrIdlePolicy(int cpu) {
        return nrIdlePolicy[cpu];
    }

    @Override
    public long load(int cpu) {
        return load[cpu];
    }

    @Override
    public int idleScanLimit() {
        return idleScanLimit;
    }

    @Override
    public long smtSiblings(int cpu) {
        return smtPairs ? 3L << (cpu & ~1) : 1L << cpu;
    }

    @Override
    public boolean active(int cpu) {
        return !offline[cpu];
    }
}
