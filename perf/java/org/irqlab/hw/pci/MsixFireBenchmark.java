package org.irqlab.hw.pci;

import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.apic.ApicController;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A fire against a CPU that takes the interrupts, beside one atomic OR against a thread that clears
 * the bit ({@code or}), or clears it when it sees it, as the CPU does ({@code orSeen}): what {@code
 * msix:device} may cost at the most is 1.5 times such an OR. The other two are MSI, and MSI-X
 * behind the choice between the three ways of a function.
 *
 * <p>Two cores, one for each side of a group. Run with {@code -prof gc}: all are 0 B/op.
 */
@State(Scope.Group)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MsixFireBenchmark {
    private static final int VECTOR = 0x41;
    private static final long BIT = 2;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PADDING = 128 / Long.BYTES;

    private final ApicController machine = new ApicController(List.of(() -> {}));
    private final CpuInterruptPort port = machine.port(0);
    private final MsixTable msix = new MsixTable(1, machine);
    private final MsiCapability msi =
            new MsiCapability(
                    1, MsiCapability.Address.BITS_32, MsiCapability.Masking.PER_VECTOR, machine);
    private final PciInterrupts interrupts =
            new PciInterrupts(msix, msi, new IntxLine(IntxPin.NONE));
    private final long[] words = new long[PADDING + 1 + PADDING];

    /** Benchmark state: the vector of both capabilities fires at CPU 0. */
    public MsixFireBenchmark() {
        long address = machine.messageAddress(0, VECTOR);
        msix.program(0, new MsiMessage(address, VECTOR));
        msix.unmask(0);
        msix.writeControl(MsixTable.CONTROL_ENABLE);
        msi.write(1, (int) address, -1);
        msi.write(2, VECTOR, -1);
        msi.write(0, MsiCapability.CONTROL_ENABLE << Short.SIZE, -1 << Short.SIZE);
    }

    @Benchmark
    @Group("or")
    public long set() {
        return (long) WORD.getAndBitwiseOr(words, PADDING, BIT);
    }

    @Benchmark
    @Group("or")
    public long clear() {
        return (long) WORD.getAndBitwiseAnd(words, PADDING, ~BIT);
    }

    @Benchmark
    @Group("orSeen")
    public long setSeen() {
        return (long) WORD.getAndBitwiseOr(words, PADDING, BIT);
    }

    @Benchmark
    @Group("orSeen")
    public long clearSeen() {
        long seen = (long) WORD.getOpaque(words, PADDING);
        return seen == 0 ? 0 : (long) WORD.getAndBitwiseAnd(words, PADDING, ~BIT);
    }

    @Benchmark
    @Group("msix")
    public FireOutcome device() {
        return msix.fire(0);
    }

    @Benchmark
    @Group("msix")
    public int cpu() {
        return take();
    }

    @Benchmark
    @Group("chosen")
    public FireOutcome chosenDevice() {
        return interrupts.fire(0);
    }

    @Benchmark
    @Group("chosen")
    public int chosenCpu() {
        return take();
    }

    @Benchmark
    @Group("msi")
    public FireOutcome msiDevice() {
        return msi.fire(0);
    }

    @Benchmark
    @Group("msi")
    public int msiCpu() {
        return take();
    }

    private int take() {
        int vector = port.acknowledge();
        if (vector != CpuInterruptPort.NONE) {
            port.endOfInterrupt();
        }
        return vector;
    }
}
