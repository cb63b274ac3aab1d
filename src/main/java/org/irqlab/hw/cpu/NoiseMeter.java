package org.irqlab.hw.cpu;

import org.HdrHistogram.Histogram;
import org.irqlab.base.HotPath;
import org.irqlab.base.NearestRank;

import java.util.Arrays;

/**
 * What the host took from a virtual CPU, and how fine the CPU polled: every busy or idle CPU meters
 * its own noise.
 *
 * <p>Two polls of a running CPU are tens of ns apart; a longer gap means that the host ran
 * something else. Such a gap is no progress for the guest, and everything measured until the CPU is
 * idle again is suspect: the CPU is <em>tainted</em>.
 *
 * <p>Between the polls lies irqlab's own code, in which the host may run something else just as
 * well. Where the guest spends time by {@link VirtualCpu#burn} only, that code takes less than a
 * microsecond between two readings of the clock, and a hand-over of the baton a few; {@link
 * #watchOwnCode} makes longer stretches count as steal, too.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton; results are read after the run.
 */
public final class NoiseMeter {
    /**
     * A gap between two polls longer than this is host steal. At 1 µs micro-gaps drown the signal.
     */
    public static final long DEFAULT_STEAL_NS = 2_000;

    /** Longest stretch of irqlab's own code between two readings of the clock. */
    static final long OWN_CODE_NS = 5_000;

    /** Longest hand-over of the baton: two threads, one host core, one context switch. */
    static final long HAND_OVER_NS = 20_000;

    /** Nothing has been read yet: later than any reading. */
    static final long NEVER = Long.MAX_VALUE;

    private static final long NOT_WATCHED = Long.MAX_VALUE;
    private static final int GRAIN_SHIFT = 3;
    private static final int GRAINS = 256;
    private static final long MAX_GAP_NS = 60_000_000_000L;

    private final long stealNs;
    private final long[] pollGrains = new long[GRAINS];
    // Poll distances beyond the grains: only where the threshold is that coarse.
    private final Histogram longPolls = new Histogram(MAX_GAP_NS, 2);
    private final Histogram gaps = new Histogram(MAX_GAP_NS, 2);
    private long stolenNs;
    private long stolenIdleNs;
    private boolean tainted;
    private long lastReadNs = NEVER;
    private long ownCodeNs = NOT_WATCHED;
    private long handOverNs = NOT_WATCHED;
    private StealListener listener = StealListener.NONE;

    public NoiseMeter(long stealNs) {
        if (stealNs <= 0) {
            throw new IllegalArgumentException("stealNs=" + stealNs + " <= MINIMUM=0");
        }
        this.stealNs = stealNs;
    }

    /**
     * From now on stretches of irqlab's own code that are too long are steal. For guests that spend
     * time by burning it only. Before the CPU runs.
     */
    public void watchOwnCode() {
        ownCodeNs = OWN_CODE_NS;
        handOverNs = HAND_OVER_NS;
    }

    /** Takes a reading of the clock, with nothing but irqlab's own code since the last one. */
    @HotPath
    void read(long nowNs) {
        long gapNs = nowNs - lastReadNs;
        lastReadNs = nowNs;
        if (gapNs > ownCodeNs) {
            steal(gapNs);
            tainted = true;
        }
    }

    /** Returns the last reading of the clock, ns, or {@link #NEVER}. */
    @HotPath
    long lastReadNs() {
        return lastReadNs;
    }

    /** As {@link #read}, with a hand-over of the baton since the last reading. */
    @HotPath
    void readAfterHandOver(long nowNs) {
        long gapNs = nowNs - lastReadNs;
        lastReadNs = nowNs;
        if (gapNs > handOverNs) {
            steal(gapNs);
            tainted = true;
        }
    }

    /** Takes a reading of the clock of which the time since the last one is accounted for. */
    @HotPath
    void accounted(long nowNs) {
        lastReadNs = nowNs;
    }

    /**
     * Takes the time between two polls.
     *
     * @return whether it was progress; false when the host stole it, and the caller has to {@link
     *     #taint} what that hurt
     */
    @HotPath
    boolean polled(long gapNs) {
        if (gapNs <= stealNs) {
            long grain = gapNs >> GRAIN_SHIFT;
            if (grain < GRAINS) {
                pollGrains[(int) grain]++;
            } else {
                longPolls.recordValue(Math.min(gapNs, MAX_GAP_NS));
            }
            return true;
        }
        steal(gapNs);
        return false;
    }

    /**
     * As {@link #polled} for an idle CPU: a gap in which nothing came due hurts nobody.
     *
     * @return whether the host stole it; the caller then looks what came due, and {@link #taint}s
     */
    @HotPath
    boolean stolenFromIdle(long gapNs) {
        if (gapNs <= stealNs) {
            return false;
        }
        steal(gapNs);
        stolenIdleNs += gapNs;
        return true;
    }

    /** A gap was told of that hurt nobody but the task that ran. */
    void harmless(long fromNs, long toNs) {
        listener.harmless(fromNs, toNs);
    }

    /** A gap has done damage. */
    void taint() {
        tainted = true;
    }

    private void steal(long gapNs) {
        stolenNs += gapNs;
        gaps.recordValue(Math.min(gapNs, MAX_GAP_NS));
        listener.stolen(gapNs);
    }

    /** Returns whether a gap fell into the current busy period. */
    public boolean tainted() {
        return tainted;
    }

    /** Sets who is told of every gap. Before the CPU runs. */
    public void setListener(StealListener listener) {
        this.listener = listener;
    }

    /** A new busy period begins. */
    public void clean() {
        tainted = false;
    }

    public long stolenNs() {
        return stolenNs;
    }

    /** Returns the part of {@link #stolenNs()} that was taken from an idle CPU. */
    public long stolenIdleNs() {
        return stolenIdleNs;
    }

    /** Returns the stolen gaps, in ns. */
    public Histogram gaps() {
        return gaps;
    }

    /** Returns the distances between two polls, host steal left out, in ns, to 8 ns or 1 %. */
    public Histogram pollGaps() {
        var all = new Histogram(MAX_GAP_NS, 3);
        all.add(longPolls);
        for (int i = 0; i < GRAINS; i++) {
            if (pollGrains[i] > 0) {
                all.recordValueWithCount((long) (i + 1) << GRAIN_SHIFT, pollGrains[i]);
            }
        }
        return all;
    }

    /**
     * Returns the poll distance below which a share {@code quantile} of all polls stayed, in ns, to
     * 8 ns or 1 %.
     */
    public long pollGranularityNs(double quantile) {
        long all = longPolls.getTotalCount();
        for (long n : pollGrains) {
            all += n;
        }
        if (all == 0) {
            return 0;
        }
        long wanted = NearestRank.of(quantile, all);
        long seen = 0;
        for (int i = 0; i < GRAINS; i++) {
            seen += pollGrains[i];
            if (seen >= wanted) {
                return (long) (i + 1) << GRAIN_SHIFT;
            }
        }
        double percentile = 100.0 * (wanted - seen) / longPolls.getTotalCount();
        return longPolls.getValueAtPercentile(percentile);
    }

    /** Forgets everything: the end of a warm-up. */
    public void reset() {
        Arrays.fill(pollGrains, 0);
        longPolls.reset();
        gaps.reset();
        stolenNs = 0;
        stolenIdleNs = 0;
        tainted = false;
    }
}
