package org.irqlab.lab.scenario;

import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.deferral.Deferral;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.lab.measure.Platform;
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
 * The same device, driver and path on both platforms, on one thread: from the MSI-X table to the
 * controller alone, and to the end of a softirq.
 *
 * <p>Run with {@code -prof gc}: both are 0 B/op.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PlatformBenchmark {
    /** Whose machine it is. */
    @Param({"X86", "ARM64"})
    Platform platform;

    private InterruptToSoftirqBenchmark.Path path;
    private MsixTable device;
    private CpuInterruptPort port;

    @Setup
    public void machine() {
        var softirq = new Deferral.Softirq(SoftirqVector.BLOCK);
        path = new InterruptToSoftirqBenchmark.Path(platform, softirq, 0);
        device = path.device();
        port = path.port();
    }

    /** Message, acknowledge and end of interrupt: no kernel. */
    @Benchmark
    public int fireAcknowledgeEnd() {
        device.fire(0);
        int taken = port.acknowledge();
        port.endOfInterrupt();
        return taken;
    }

    @Benchmark
    public long interruptToSoftirq() {
        return path.pass();
    }
}
