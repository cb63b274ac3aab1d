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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A fire against a CPU that takes the interrupts, beside the least that it could be: one atomic OR
 * on the same word of the same register, against the same CPU. What {@code msix:device} may cost at
 * the most is 1.5 times {@code or:set}. The other two are MSI, and MSI-X behind the choice between
 * the three ways of a function.
 *
 * <p>{@code pause} is what a device does between two fires, in tokens of {@code consumeCPU}; the
 * group {@code pause} costs that alone, to be subtracted. Without a pause most requests find the
 * bit set, and a request register, which guesses an idle word, then needs a second atomic
 * operation.
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
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    // Where the request register has the word of the vector.
    private static final int SLOT = 128 / Long.BYTES + VECTOR / Long.SIZE;

    /** Tokens. */
    @Param({"0", "100"})
    public long pause;

    private final ApicController machine = new ApicController(List.of(() -> {}));
    private final CpuInterruptPort port = machine.port(0);
    private final MsixTable msix = new MsixTable(1, machine);
    private final MsiCapability msi =
            new MsiCapability(
                    1, MsiCapability.Address.BITS_32, MsiCapability.Masking.PER_VECTOR, machine);
    private final PciInterrupts interrupts =
            new PciInterrupts(msix, msi, new IntxLine(IntxPin.NONE));
    private final long[] words = requestWords(machine.port(0));

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

    /** The words of a CPU's request register, which nobody else may see. */
    private static long[] requestWords(CpuInterruptPort port) {
        try {
            Object requests = field(port, "requests");
            return (long[]) field(requests, "words");
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static Object field(Object owner, String name) throws ReflectiveOperationException {
        Field field = owner.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(owner);
    }

    @Benchmark
    @Group("or")
    public long set() {
        pause();
        return (long) WORD.getAndBitwiseOr(words, SLOT, 1L << VECTOR);
    }

    @Benchmark
    @Group("or")
    public int taken() {
        return take();
    }

    @Benchmark
    @Group("msix")
    public FireOutcome device() {
        pause();
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
        pause();
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
        pause();
        return msi.fire(0);
    }

    @Benchmark
    @Group("msi")
    public int msiCpu() {
        return take();
    }

    @Benchmark
    @Group("pause")
    public void pause() {
        // Not even the call's own cost, where there is none.
        if (pause != 0) {
            Blackhole.consumeCPU(pause);
        }
    }

    private int take() {
        int vector = port.acknowledge();
        if (vector != CpuInterruptPort.NONE) {
            port.endOfInterrupt();
        }
        return vector;
    }
}
