package org.irqlab.lab.scenario;

import org.HdrHistogram.Histogram;
import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.TraceRing;
import org.irqlab.hw.cpu.VirtualCpu;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.deferral.Deferral;
import org.irqlab.kernel.deferral.Deferrals;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.lab.measure.Platform;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * The whole path of one interrupt on one thread, which stands for the holder of a CPU: fire, poll,
 * top half, bottom half, latency recorded.
 *
 * <p>Four of the path's parts are readings of the clock, the device's and the recording's included;
 * alone they are {@link #bareFourClocks}. Run with {@code -prof gc}: the steady state is 0 B/op,
 * traced or not.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class InterruptToSoftirqBenchmark {
    private static final int TRACED_EVENTS = 4096;
    private static final Deferral SOFTIRQ = new Deferral.Softirq(SoftirqVector.BLOCK);
    private static final Deferral TASKLET = new Deferral.InTasklet(false);

    private final Path softirq = new Path(SOFTIRQ, 0);
    private final Path softirqTraced = new Path(SOFTIRQ, TRACED_EVENTS);
    private final Path tasklet = new Path(TASKLET, 0);
    private final Path taskletTraced = new Path(TASKLET, TRACED_EVENTS);

    @Benchmark
    public long bareFourClocks() {
        return HostClock.nowNs() + HostClock.nowNs() + HostClock.nowNs() + HostClock.nowNs();
    }

    @Benchmark
    public long softirq() {
        return softirq.pass();
    }

    @Benchmark
    public long softirqTraced() {
        return softirqTraced.pass();
    }

    @Benchmark
    public long tasklet() {
        return tasklet.pass();
    }

    @Benchmark
    public long taskletTraced() {
        return taskletTraced.pass();
    }

    /** A device whose driver works in two halves, and an idle CPU. */
    static final class Path {
        private static final int EVENTS_PER_PASS = 10;
        private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(10);

        private final VirtualCpu cpu;
        private final TraceRing ring;
        private final MsixTable device;
        private final FireCounts counts = new FireCounts();
        private final Histogram latencyNs = new Histogram(LONGEST_NS, 3);
        private long sentNs;

        Path(Deferral deferral, int traceCapacity) {
            this(Platform.X86, deferral, traceCapacity);
        }

        Path(Platform platform, Deferral deferral, int traceCapacity) {
            var spec = MachineSpec.unpinned(1).withTrace(traceCapacity);
            var machine = Board.of(platform, spec, IdleListener.NONE);
            cpu = machine.cpu(0).hw();
            ring = machine.cpu(0).ring();
            device = Board.plugIn(machine, 1, 1).msix();
            var line = machine.irqs().allocate(45, device, 0, 0);
            new Deferrals(machine).request(line, "dev0", on -> true, on -> done(), deferral, 0);
            device.writeControl(MsixTable.CONTROL_ENABLE);
            cpu.irqEnable();
        }

        CpuInterruptPort port() {
            return cpu.port();
        }

        MsixTable device() {
            return device;
        }

        private void done() {
            latencyNs.recordValue(HostClock.nowNs() - sentNs);
        }

        long pass() {
            sentNs = HostClock.nowNs();
            counts.count(device.fire(0));
            cpu.poll();
            if (ring != null && ring.size() > TRACED_EVENTS - EVENTS_PER_PASS) {
                ring.clear();
            }
            return latencyNs.getTotalCount();
        }
    }
}
