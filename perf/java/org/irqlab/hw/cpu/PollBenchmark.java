package org.irqlab.hw.cpu;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.intc.apic.ApicController;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Cost of a poll that finds nothing, on a CPU with a local APIC and an armed timer: what every step
 * of a burn adds to its clock reading. The difference to {@link #bareClock} counts.
 *
 * <p>Run with {@code -prof gc}: all are 0 B/op.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PollBenchmark {
    private static final long FAR_NS = TimeUnit.HOURS.toNanos(1);

    private final VirtualCpu cpu = cpu();
    private long lastNs = HostClock.nowNs();

    private static VirtualCpu cpu() {
        var halt = new HaltLine();
        var port = new ApicController(List.of(halt)).port(0);
        var noise = new NoiseMeter(NoiseMeter.DEFAULT_STEAL_NS);
        var cpu = new VirtualCpu(0, GuestThread.ANY_CORE, port, halt, noise);
        cpu.addDevice(new LocalTimer(cpu));
        port.timer().armOnce(HostClock.nowNs() + FAR_NS);
        cpu.irqEnable();
        return cpu;
    }

    @Benchmark
    public long bareClock() {
        return HostClock.nowNs();
    }

    @Benchmark
    public long poll() {
        return cpu.poll();
    }

    /** A step of the spinning idle loop. */
    @Benchmark
    public long idleStep() {
        lastNs = cpu.idleStep(lastNs);
        return lastNs;
    }
}
