package org.irqlab.kernel.softirq;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.lab.scenario.Board;
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
 * Cost of a bottom half from its raise to its return, in a section with bottom halves disabled
 * whose end runs it: the way a task's own raise goes, and all that a softirq costs beyond what it
 * does.
 *
 * <p>The benchmark's thread stands for the holder of a CPU whose machine is never started. A pass
 * reads the clock once, for its limit of 2 ms; the reading alone is {@link #bareClock}.
 *
 * <p>Run with {@code -prof gc}: all are 0 B/op.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class SoftirqBenchmark {
    private final Machine machine = Board.x86(MachineSpec.unpinned(1), IdleListener.NONE);
    private final KernelCpu cpu = machine.cpu(0);
    private final Softirqs softirqs = machine.softirqs(0);
    private final Tasklets tasklets = machine.tasklets(0);
    private final Tasklet tasklet = new Tasklet(on -> this.ran++, 1, 0);
    private long ran;

    /** Benchmark state: an idle CPU with interrupts on. */
    public SoftirqBenchmark() {
        machine.setSoftirqAction(SoftirqVector.BLOCK, on -> ran++);
        cpu.hw().irqEnable();
    }

    @Benchmark
    public long bareClock() {
        return HostClock.nowNs();
    }

    @Benchmark
    public void bottomHalvesOffAndOn() {
        cpu.bhDisable();
        cpu.bhEnable();
    }

    @Benchmark
    public long raiseAndRun() {
        cpu.bhDisable();
        softirqs.raise(SoftirqVector.BLOCK);
        cpu.bhEnable();
        return ran;
    }

    @Benchmark
    public long scheduleAndRunTasklet() {
        cpu.bhDisable();
        tasklets.schedule(tasklet);
        cpu.bhEnable();
        return ran;
    }
}
