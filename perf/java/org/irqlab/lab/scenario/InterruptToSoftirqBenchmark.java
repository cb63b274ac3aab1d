package org.irqlab.lab.scenario;

import org.HdrHistogram.Histogram;
import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.TraceRing;
import org.irqlab.hw.cpu.VirtualCpu;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.softirq.Tasklet;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
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
    private static final int IRQ = 45;
    private static final long LONGEST_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int EVENTS_PER_PASS = 10;

    /** Events that the CPU's trace holds, 0 for none. */
    @Param({"0", "4096"})
    public int traceCapacity;

    private final FireCounts counts = new FireCounts();
    private final Histogram latencyNs = new Histogram(LONGEST_NS, 3);
    private Machine machine;
    private VirtualCpu cpu;
    private TraceRing ring;
    private MsixTable softirqDevice;
    private MsixTable taskletDevice;
    private long sentNs;

    /** An idle CPU and two devices. */
    @Setup
    public void furnish() {
        var spec = MachineSpec.unpinned(1).withTrace(traceCapacity);
        machine = Board.x86(spec, IdleListener.NONE);
        cpu = machine.cpu(0).hw();
        ring = machine.cpu(0).ring();
        var softirqs = machine.softirqs(0);
        var tasklets = machine.tasklets(0);
        var tasklet = new Tasklet(on -> done(), 1, 0);
        machine.setSoftirqAction(SoftirqVector.BLOCK, on -> done());
        softirqDevice = device(1, () -> softirqs.raiseIrqsOff(SoftirqVector.BLOCK));
        taskletDevice = device(2, () -> tasklets.schedule(tasklet));
        cpu.irqEnable();
    }

    private MsixTable device(int slot, Runnable topHalf) {
        var msix = Board.plugIn(machine, slot, 1).msix();
        var line = machine.irqs().allocate(IRQ + slot, msix, 0, 0);
        machine.irqs()
                .request(
                        line,
                        "dev" + slot,
                        0,
                        on -> {
                            topHalf.run();
                            return IrqReturn.HANDLED;
                        });
        msix.writeControl(MsixTable.CONTROL_ENABLE);
        return msix;
    }

    private void done() {
        latencyNs.recordValue(HostClock.nowNs() - sentNs);
    }

    @Benchmark
    public long bareFourClocks() {
        return HostClock.nowNs() + HostClock.nowNs() + HostClock.nowNs() + HostClock.nowNs();
    }

    @Benchmark
    public long fireTopHalfSoftirqDone() {
        return pass(softirqDevice);
    }

    @Benchmark
    public long fireTopHalfTaskletDone() {
        return pass(taskletDevice);
    }

    private long pass(MsixTable device) {
        sentNs = HostClock.nowNs();
        counts.count(device.fire(0));
        long now = cpu.poll();
        if (ring != null && ring.size() > traceCapacity - EVENTS_PER_PASS) {
            ring.clear();
        }
        return now;
    }
}
