package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.hw.intc.FireOutcome;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;

/**
 * Cost of the way of a message through the translation service, beside the one atomic OR that it
 * ends in: alone, and with two threads at the same word.
 *
 * <p>In {@code …Contended} both threads send the same event, which is the worst case; in {@code
 * …OwnEvent} each its own, whose pending bits share a word. The {@code bare…} ones are the atomic
 * operations alone. Run with {@code -prof gc}: all are 0 B/op.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ItsBenchmark {
    private static final int DEVICE = 0x0100;
    private static final int EVENTS = 8;
    private static final int PADDING = 16;
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

    private final ItsRig rig = ItsRig.mapped(1, EVENTS);
    private final ItsDevice device = rig.its.device(DEVICE);
    private final long translater = rig.spec.translaterAddress();
    private final long[] word = new long[2 * PADDING];

    /** An event of each thread. */
    @State(Scope.Thread)
    public static class OwnEvent {
        final int event = (int) Thread.currentThread().threadId() % EVENTS;
    }

    /** Benchmark state: every event of the device is an LPI of redistributor 0. */
    public ItsBenchmark() {
        rig.send(ItsCommands.mapd(DEVICE, 3, 0));
        for (int event = 0; event < EVENTS; event++) {
            rig.send(ItsCommands.mapti(DEVICE, event, FakeLpis.FIRST + event, 0));
        }
    }

    @Benchmark
    @Threads(1)
    public FireOutcome message() {
        return device.message(translater, 0);
    }

    @Benchmark
    @Threads(1)
    public FireOutcome triggerOnly() {
        return rig.redistributors[0].trigger(FakeLpis.FIRST);
    }

    @Benchmark
    @Threads(1)
    public long bareOr() {
        return (long) WORD.getAndBitwiseOr(word, PADDING, 1L);
    }

    @Benchmark
    @Threads(2)
    public FireOutcome messageContended() {
        return device.message(translater, 0);
    }

    @Benchmark
    @Threads(2)
    public FireOutcome messageOwnEvent(OwnEvent own) {
        return device.message(translater, own.event);
    }

    @Benchmark
    @Threads(2)
    public FireOutcome triggerContended() {
        return rig.redistributors[0].trigger(FakeLpis.FIRST);
    }

    @Benchmark
    @Threads(2)
    public long bareOrContended() {
        return (long) WORD.getAndBitwiseOr(word, PADDING, 1L);
    }
}
