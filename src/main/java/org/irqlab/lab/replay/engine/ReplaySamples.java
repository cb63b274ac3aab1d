package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.NoiseMeter;
import org.irqlab.hw.cpu.StealListener;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.lab.measure.BusyPeriodBuffer;
import org.irqlab.lab.measure.SampleCounts;
import org.irqlab.lab.measure.Stage;
import org.irqlab.lab.measure.StageHistograms;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The samples of a replay, by CPU; a busy period that the host disturbed taints all of its samples.
 *
 * <p><b>Threads.</b> Each CPU's part by the holder of its baton; results after the machine has
 * stopped.
 */
final class ReplaySamples implements IdleListener {
    private static final int PERIOD_SAMPLES = 1 << 14;

    private final StageHistograms[] histograms;
    private final BusyPeriodBuffer[] buffers;
    private final TaintLog[] taints;
    // Gaps that only the task was hurt by in which they fell.
    private final TaintLog[] harmless;

    ReplaySamples(int cpus, int sources) {
        histograms = new StageHistograms[cpus];
        buffers = new BusyPeriodBuffer[cpus];
        taints = new TaintLog[cpus];
        harmless = new TaintLog[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
            histograms[cpu] = new StageHistograms(sources);
            buffers[cpu] = new BusyPeriodBuffer(histograms[cpu], PERIOD_SAMPLES);
            taints[cpu] = new TaintLog();
            harmless[cpu] = new TaintLog();
        }
    }

    @HotPath
    void add(KernelCpu cpu, int source, Stage stage, long ns) {
        buffers[cpu.id()].add(source, stage, ns);
    }

    @Override
    @HotPath
    public void idleBegins(KernelCpu cpu) {
        NoiseMeter noise = cpu.hw().noise();
        boolean tainted = noise.tainted();
        buffers[cpu.id()].endOfBusyPeriod(tainted);
        taints[cpu.id()].periodEnds(tainted);
        noise.clean();
    }

    /** Returns what a CPU's noise meter tells of gaps: the schedule stands still in each. */
    StealListener listener(int cpu, ReplayClock clock) {
        TaintLog log = harmless[cpu];
        return new StealListener() {
            @Override
            public void stolen(long gapNs) {
                clock.stolen(gapNs);
            }

            @Override
            public void harmless(long fromNs, long toNs) {
                log.add(fromNs, toNs);
            }
        };
    }

    /** Returns whether {@code cpu} was disturbed in the span, host ns. */
    boolean disturbed(int cpu, long fromNs, long toNs) {
        return taints[cpu].touches(fromNs, toNs) || harmless[cpu].touches(fromNs, toNs);
    }

    /** Returns the histograms of all CPUs; what is still buffered counts as not clean. */
    StageHistograms merged() {
        for (BusyPeriodBuffer buffer : buffers) {
            buffer.drain();
        }
        return StageHistograms.sumOf(List.of(histograms));
    }

    SampleCounts counts() {
        var all = new ArrayList<SampleCounts>();
        for (BusyPeriodBuffer buffer : buffers) {
            all.add(buffer.counts());
        }
        return all.stream().reduce(SampleCounts.NONE, SampleCounts::plus);
    }

    /** Disturbed stretches of one CPU's time, ascending. */
    static final class TaintLog {
        private static final int FIRST_CAPACITY = 1 << 16;

        private long[] fromNs = new long[FIRST_CAPACITY];
        private long[] toNs = new long[FIRST_CAPACITY];
        private int size;
        private long periodNs = HostClock.nowNs();

        void periodEnds(boolean tainted) {
            long now = HostClock.nowNs();
            if (tainted) {
                add(periodNs, now);
            }
            periodNs = now;
        }

        void add(long from, long to) {
            if (size == fromNs.length) {
                fromNs = Arrays.copyOf(fromNs, 2 * size);
                toNs = Arrays.copyOf(toNs, 2 * size);
            }
            fromNs[size] = from;
            toNs[size++] = to;
        }

        /** Returns whether any disturbed stretch touches the span, host ns. */
        boolean touches(long from, long to) {
            int low = 0;
            int high = size;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (toNs[middle] < from) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low < size && fromNs[low] <= to;
        }
    }
}
