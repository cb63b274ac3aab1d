package org.irqlab.host;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * One hand-over of a baton between two threads pinned to one host core, as a mean: the benchmark's
 * thread hands over and gets back. A bound for a context switch of a virtual CPU.
 *
 * <p>Run with {@code -prof gc} to see that no way allocates. To compare the ways use {@link
 * HandOverLatency}, which interleaves them and shows the tails.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HandOverBenchmark {
    private static final int SELF = 0;
    private static final int PARTNER = 1;

    /** The bare park/unpark, or what the engine's threads use on this host. */
    @Param({"park", "gate"})
    public String way;

    private Baton baton;
    private Thread partner;
    private volatile boolean over;

    /** Pins both to the first core that this process may use. */
    @Setup
    public void begin() {
        int core = ThreadPinning.allowedAtStart().stream().findFirst().orElseThrow();
        baton =
                way.equals("park")
                        ? new Baton.Park()
                        : new Baton.Gated(Gates.create(), Gates.create());
        ThreadPinning.pin(core);
        partner = Thread.ofPlatform().name("partner").unstarted(() -> play(core));
        baton.join(SELF, Thread.currentThread());
        baton.join(PARTNER, partner);
        partner.start();
    }

    private void play(int core) {
        ThreadPinning.pin(core);
        while (true) {
            baton.take(PARTNER);
            if (over) {
                return;
            }
            baton.give(SELF);
        }
    }

    @TearDown
    public void end() throws InterruptedException {
        over = true;
        baton.give(PARTNER);
        partner.join();
    }

    @Benchmark
    @OperationsPerInvocation(2)
    public void handOver() {
        baton.give(PARTNER);
        baton.take(SELF);
    }
}
