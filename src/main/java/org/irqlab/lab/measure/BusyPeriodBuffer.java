package org.irqlab.lab.measure;

import org.irqlab.base.HotPath;

/**
 * The samples of one virtual CPU, kept until its busy period ends and it is known whether the host
 * disturbed it: damage travels through the backlog, so one gap taints the whole period.
 *
 * <p>A sample is two sequential stores. Histograms, whose counters are spread over many cache
 * lines, are filled by {@link #drain} after the run, or earlier when the buffer is full.
 *
 * <p><b>Threads.</b> One: the owner of the CPU's baton; {@link #drain} and the counters after the
 * run.
 *
 * <p><b>Progress.</b> Allocates nothing. {@link #add} is constant, except when the buffer is full:
 * then finished periods are drained, and if the running one alone fills the buffer, its samples go
 * to the histogram of all samples with unknown taint.
 */
public final class BusyPeriodBuffer {
    private static final int TAINTED = 1 << 31;

    private final StageHistograms histograms;
    private final long[] valueNs;
    private final int[] slot;
    // Samples [0, periodStart) belong to finished periods, [periodStart, size) to the running one.
    private int periodStart;
    private int size;
    private long samples;
    private long taintedSamples;
    private long unknownSamples;
    private long periods;
    private long taintedPeriods;

    /**
     * @param histograms take the samples in the end
     * @param capacity samples held; one costs 12 bytes
     */
    public BusyPeriodBuffer(StageHistograms histograms, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity=" + capacity + " < 1");
        }
        this.histograms = histograms;
        this.valueNs = new long[capacity];
        this.slot = new int[capacity];
    }

    /** Adds a sample to the running busy period. */
    @HotPath
    public void add(int source, Stage stage, long ns) {
        if (size == valueNs.length) {
            makeRoom();
        }
        valueNs[size] = ns;
        slot[size] = histograms.slot(source, stage);
        size++;
        samples++;
    }

    /** Ends the running busy period; the next sample begins another. */
    @HotPath
    public void endOfBusyPeriod(boolean tainted) {
        periods++;
        if (tainted) {
            taintedPeriods++;
            taintedSamples += size - periodStart;
            for (int i = periodStart; i < size; i++) {
                slot[i] |= TAINTED;
            }
        }
        periodStart = size;
    }

    @HotPath
    private void makeRoom() {
        if (periodStart == 0) {
            unknownSamples += size;
            endOfOverflow();
        }
        drainFinished();
    }

    @HotPath
    private void endOfOverflow() {
        for (int i = 0; i < size; i++) {
            slot[i] |= TAINTED;
        }
        periodStart = size;
    }

    /** Counts the samples of finished periods into the histograms. */
    @HotPath
    public void drain() {
        drainFinished();
    }

    @HotPath
    private void drainFinished() {
        for (int i = 0; i < periodStart; i++) {
            histograms.recordAt(slot[i] & ~TAINTED, valueNs[i], slot[i] < 0);
        }
        int open = size - periodStart;
        System.arraycopy(valueNs, periodStart, valueNs, 0, open);
        System.arraycopy(slot, periodStart, slot, 0, open);
        periodStart = 0;
        size = open;
    }

    /** Returns the counters so far. */
    public SampleCounts counts() {
        return new SampleCounts(samples, taintedSamples, unknownSamples, periods, taintedPeriods);
    }
}
