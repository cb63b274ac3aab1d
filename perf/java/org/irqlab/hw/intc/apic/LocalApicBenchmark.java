package org.irqlab.hw.intc.apic;

import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.apic.pin.StormDamping;
import org.irqlab.hw.pci.MsiMessage;
import org.irqlab.hw.pci.MsixTable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Cost of the interrupt path on one core, without contention: the floor under every injection and
 * every poll. The {@code bare…} ones are what the hardware asks for the same atomic operations.
 *
 * <p>Run with {@code -prof gc}: all are 0 B/op.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class LocalApicBenchmark {
    private static final int VECTOR = 0x41;
    private static final VarHandle WORD;

    static {
        try {
            WORD =
                    MethodHandles.lookup()
                            .findVarHandle(LocalApicBenchmark.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ApicController machine =
            new ApicController(List.of(() -> {}, () -> {}, () -> {}, () -> {}));
    private final LocalApic idle = machine.port(0);
    private final LocalApic busy = machine.port(1);
    private final LocalApic full = machine.port(2);
    private final LocalApic drained = machine.port(3);
    private final IoApic ioApic = machine.addIoApic(StormDamping.OFF);
    private final MsixTable msix = new MsixTable(1, machine);
    private final FireCounts counts = new FireCounts();
    private long word;

    /** Benchmark state: CPU 0 has nothing requested, vector 0 fires at CPU 1. */
    public LocalApicBenchmark() {
        msix.program(0, new MsiMessage(machine.messageAddress(1, VECTOR), VECTOR));
        msix.unmask(0);
        msix.writeControl(MsixTable.CONTROL_ENABLE);
        full.writeTpr(0);
        drained.writeTpr(0);
        acceptAll(full);
        ioApic.writeEntry(0, VECTOR);
        ioApic.writeEntry(1, 1 << 15 | VECTOR);
    }

    private static void acceptAll(LocalApic apic) {
        for (int vector = Vectors.LOWEST_LEGAL; vector < Vectors.COUNT; vector++) {
            apic.accept(vector);
        }
    }

    /** As {@link #acceptAcknowledgeEnd}, with all other vectors requested. */
    @Benchmark
    public int acceptAcknowledgeEndAmongAll() {
        int vector = full.acknowledge();
        full.endOfInterrupt();
        full.accept(vector);
        return vector;
    }

    /** Every vector is requested, then all are taken; the cost of one. */
    @Benchmark
    @OperationsPerInvocation(Vectors.COUNT - Vectors.LOWEST_LEGAL)
    public int acceptAllAcknowledgeEndAll() {
        acceptAll(drained);
        int last = 0;
        for (int vector = drained.acknowledge(); vector >= 0; vector = drained.acknowledge()) {
            last = vector;
            drained.endOfInterrupt();
        }
        return last;
    }

    @Benchmark
    public int edgePinAcknowledgeEnd() {
        ioApic.drive(0, true);
        int vector = idle.acknowledge();
        idle.endOfInterrupt();
        ioApic.drive(0, false);
        return vector;
    }

    /** A level: its line falls before the end, which is broadcast. */
    @Benchmark
    public int levelPinAcknowledgeEnd() {
        ioApic.drive(1, true);
        int vector = idle.acknowledge();
        ioApic.drive(1, false);
        idle.endOfInterrupt();
        return vector;
    }

    @Benchmark
    public boolean pollEmpty() {
        return idle.requested();
    }

    @Benchmark
    public FireOutcome acceptCoalesced() {
        return busy.accept(VECTOR);
    }

    @Benchmark
    public int acceptAcknowledgeEnd() {
        idle.accept(VECTOR);
        int vector = idle.acknowledge();
        idle.endOfInterrupt();
        return vector;
    }

    @Benchmark
    public int fireCountAcknowledgeEnd() {
        counts.count(msix.fire(0));
        int vector = busy.acknowledge();
        busy.endOfInterrupt();
        return vector;
    }

    @Benchmark
    public void maskUnmask() {
        msix.mask(0);
        msix.unmask(0);
    }

    @Benchmark
    public long bareCompareAndExchange() {
        return (long) WORD.compareAndExchange(this, 0L, 0L);
    }

    @Benchmark
    public long bareOrAnd() {
        return (long) WORD.getAndBitwiseOr(this, 2L) + (long) WORD.getAndBitwiseAnd(this, ~2L);
    }
}
