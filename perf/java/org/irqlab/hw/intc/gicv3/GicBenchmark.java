package org.irqlab.hw.intc.gicv3;

import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Cost of the interrupt path on one core, without contention. {@code pending} is how many SPIs wait
 * behind the one that is fired and taken; {@link #drainAcknowledgeEnd} is acknowledge and end
 * alone.
 *
 * <p>Run with {@code -prof gc}: all are 0 B/op.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class GicBenchmark {
    private static final int LPI = IntIds.FIRST_LPI + 100;
    private static final int FIRST = IntIds.FIRST_SPI;
    private static final int SPIS = IntIds.MAX_SPIS;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(int[].class);
    private static final int LINE = 64 / Integer.BYTES;

    private final int[] bare = new int[5 * LINE];

    /** SPIs that wait behind the one that is taken. */
    @Param({"0", "987"})
    int pending;

    private GicController machine;
    private Distributor distributor;
    private GicCpuInterface port;
    private GicCpuInterface quiet;
    private InterruptBank spis;

    /** Everything enabled at CPU 0; SPI 32 is the most urgent of equals. */
    @Setup(Level.Iteration)
    public void machine() {
        machine =
                GicController.asLinuxLeavesIt(
                        List.of(() -> {}, () -> {}),
                        GicSettings.DEFAULT,
                        LpiConfigTable.ALL_ENABLED,
                        new GuestErrorCounts());
        distributor = machine.distributor();
        port = machine.port(0);
        quiet = machine.port(1);
        spis = distributor.spis();
        for (int intid = FIRST; intid < FIRST + spis.count(); intid++) {
            distributor.setEdge(intid, true);
            distributor.enable(intid);
        }
        for (int n = 1; n <= pending; n++) {
            distributor.setPending(FIRST + n);
        }
        quiet.acknowledge();
    }

    @Benchmark
    public boolean pollQuiet() {
        return quiet.requested();
    }

    @Benchmark
    public FireOutcome fireCoalesced() {
        return distributor.setPending(FIRST + 1);
    }

    /** An SPI; nothing looks for another one afterwards. */
    @Benchmark
    public int fireAcknowledgeEnd() {
        distributor.setPending(FIRST);
        int intid = port.acknowledge();
        port.endOfInterrupt();
        return intid;
    }

    /** As a CPU takes interrupts: until there is nothing left, if nothing waits. */
    @Benchmark
    public int fireTakeAll() {
        distributor.setPending(FIRST);
        int intid = port.acknowledge();
        port.endOfInterrupt();
        if (pending == 0 && port.acknowledge() != CpuInterruptPort.NONE) {
            throw new IllegalStateException();
        }
        return intid;
    }

    /** A machine whose SPIs are all pending when the benchmark starts. */
    @State(Scope.Thread)
    public static class AllPending {
        private GicBenchmark benchmark;

        @Setup(Level.Iteration)
        public void machine() {
            benchmark = new GicBenchmark();
            benchmark.machine();
        }

        @Setup(Level.Invocation)
        public void fire() {
            for (int n = 0; n < SPIS; n++) {
                benchmark.distributor.setPending(FIRST + n);
            }
        }
    }

    /** Acknowledge and end of all, one after the other: each on cache lines of its own. */
    @Benchmark
    @OperationsPerInvocation(SPIS)
    public int drainAcknowledgeEnd(AllPending all) {
        int sum = 0;
        for (int n = 0; n < SPIS; n++) {
            sum += all.benchmark.port.acknowledge();
            all.benchmark.port.endOfInterrupt();
        }
        return sum;
    }

    /** The atomic operations of an acknowledge and an end, at as many words: the bare limit. */
    @Benchmark
    public boolean bareAtomics() {
        boolean done = false;
        for (int n = 1; n <= 3; n++) {
            int before = (int) WORD.getVolatile(bare, n * LINE);
            done |= WORD.compareAndSet(bare, n * LINE, before, before ^ 1);
        }
        return done;
    }

    @Benchmark
    public int lpiFireAcknowledgeEnd() {
        machine.redistributor(1).trigger(LPI);
        int intid = quiet.acknowledge();
        quiet.endOfInterrupt();
        return intid;
    }

    @Benchmark
    public int sgiFireAcknowledgeEnd() {
        machine.sendIpi(1, Arm64Vectors.RESCHEDULE);
        int intid = quiet.acknowledge();
        quiet.endOfInterrupt();
        return intid;
    }
}
