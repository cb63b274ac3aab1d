package org.irqlab.lab.measure;

import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.IntCountsHistogram;
import org.HdrHistogram.PackedHistogram;
import org.irqlab.base.HotPath;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Latencies of one virtual CPU by source and stage: of all samples, and of the clean ones, whose
 * busy period the host did not disturb.
 *
 * <p>Every histogram covers 1 ns to 60 s with 3 digits and is allocated at construction, about 110
 * KB each. A value out of range is recorded at the limit and counted.
 *
 * <p><b>Threads.</b> One writer, the owner of the CPU's baton; read after the run. One instance per
 * virtual CPU, summed by {@link #sumOf}.
 *
 * <p><b>Progress.</b> Recording is wait-free and allocates nothing.
 */
public final class StageHistograms {
    /** Longest latency that is told from longer ones. */
    public static final long LIMIT_NS = 60_000_000_000L;

    static final int DIGITS = 3;

    private final int sources;
    private final IntCountsHistogram[] all;
    private final IntCountsHistogram[] clean;
    private long outOfRange;

    public StageHistograms(int sources) {
        if (sources < 0) {
            throw new IllegalArgumentException("sources=" + sources + " < 0");
        }
        this.sources = sources;
        this.all = histograms(sources);
        this.clean = histograms(sources);
    }

    private static IntCountsHistogram[] histograms(int sources) {
        var histograms = new IntCountsHistogram[sources * Stage.count()];
        for (int i = 0; i < histograms.length; i++) {
            histograms[i] = new IntCountsHistogram(1, LIMIT_NS, DIGITS);
        }
        return histograms;
    }

    /** Returns an empty histogram of the range and precision of all results. */
    public static Histogram empty() {
        return new Histogram(1, LIMIT_NS, DIGITS);
    }

    /**
     * Records one sample.
     *
     * @param source number of the source, from 0
     * @param tainted whether the host disturbed the busy period around the sample
     */
    @HotPath
    public void record(int source, Stage stage, long ns, boolean tainted) {
        recordAt(slot(source, stage), ns, tainted);
    }

    @HotPath
    int slot(int source, Stage stage) {
        return source * Stage.count() + stage.ordinal();
    }

    @HotPath
    void recordAt(int slot, long ns, boolean tainted) {
        long inRange = ns;
        if (ns < 0 || ns > LIMIT_NS) {
            outOfRange++;
            inRange = ns < 0 ? 0 : LIMIT_NS;
        }
        all[slot].recordValue(inRange);
        if (!tainted) {
            clean[slot].recordValue(inRange);
        }
    }

    /** Returns how many samples were below 0 (an error of the machine) or above the limit. */
    public long outOfRange() {
        return outOfRange;
    }

    public int sources() {
        return sources;
    }

    /** Returns the histograms of one source, of every stage, packed. */
    public Map<Stage, StageResult> stages(int source) {
        var stages = new EnumMap<Stage, StageResult>(Stage.class);
        for (Stage stage : Stage.values()) {
            int slot = slot(source, stage);
            stages.put(stage, new StageResult(copy(all[slot]), copy(clean[slot])));
        }
        return stages;
    }

    private static Histogram copy(AbstractHistogram histogram) {
        Histogram copy = new PackedHistogram(1, LIMIT_NS, DIGITS);
        if (histogram.getTotalCount() > 0) {
            copy.add(histogram);
        }
        return copy;
    }

    /** Returns the sum over the CPUs of one machine. */
    public static StageHistograms sumOf(List<StageHistograms> perCpu) {
        var sum = new StageHistograms(perCpu.isEmpty() ? 0 : perCpu.getFirst().sources);
        for (StageHistograms cpu : perCpu) {
            for (int slot = 0; slot < sum.all.length; slot++) {
                if (cpu.all[slot].getTotalCount() > 0) {
                    sum.all[slot].add(cpu.all[slot]);
                    sum.clean[slot].add(cpu.clean[slot]);
                }
            }
            sum.outOfRange += cpu.outOfRange;
        }
        return sum;
    }
}
