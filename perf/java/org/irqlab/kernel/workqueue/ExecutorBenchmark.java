package org.irqlab.kernel.workqueue;

import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.dsl.Disruptor;
import com.lmax.disruptor.dsl.ProducerType;

import org.irqlab.host.ThreadPinning;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * What {@link WorkqueueBenchmark} measures, of three well-known hand-overs: two empty items queue
 * each other on one busy worker thread, {@value #ITEMS} times, on the same host core.
 *
 * <p>A bound, not a contest: a work item may be queued once at a time, from an interrupt, with a
 * limit of active ones and a wake-up of further workers, and none of the three does that. The
 * Disruptor's consumer publishes to its own ring, which for it is an unusual use.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ExecutorBenchmark {
    private static final int ITEMS = 100_000;
    private static final int RING_SIZE = 1_024;
    private static final int WORKER_CORE = 0;

    /** An event of the ring: which item it stands for. */
    public static final class Slot {
        boolean second;
    }

    private final Semaphore chainEnded = new Semaphore(0);
    private final ThreadFactory pinned =
            body ->
                    new Thread(() -> {
                        ThreadPinning.pin(WORKER_CORE);
                        body.run();
                    });
    private final ThreadPoolExecutor executor =
            new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), pinned);
    private final ForkJoinPool forkJoin = new ForkJoinPool(1);
    private final Disruptor<Slot> disruptor =
            new Disruptor<>(
                    Slot::new, RING_SIZE, pinned, ProducerType.MULTI, new BlockingWaitStrategy());
    private final Runnable executorFirst = () -> ran(executor, this.executorSecond);
    private final Runnable executorSecond = () -> ran(executor, this.executorFirst);
    private final Runnable forkJoinFirst = () -> ran(forkJoin, this.forkJoinSecond);
    private final Runnable forkJoinSecond = () -> ran(forkJoin, this.forkJoinFirst);
    private RingBuffer<Slot> ring;

    // The worker.
    private int left;

    /** Starts the consumer of the ring, and pins the fork-join worker. */
    @Setup
    public void start() {
        disruptor.handleEventsWith((slot, sequence, last) -> ran(slot));
        ring = disruptor.start();
        forkJoin.submit(() -> ThreadPinning.pin(WORKER_CORE)).join();
    }

    private void ran(java.util.concurrent.Executor on, Runnable next) {
        if (--left == 0) {
            chainEnded.release();
        } else {
            on.execute(next);
        }
    }

    private void ran(Slot slot) {
        if (--left == 0) {
            chainEnded.release();
        } else {
            publish(!slot.second);
        }
    }

    private void publish(boolean second) {
        long sequence = ring.next();
        ring.get(sequence).second = second;
        ring.publish(sequence);
    }

    @TearDown
    public void stop() {
        executor.shutdownNow();
        forkJoin.shutdownNow();
        disruptor.halt();
    }

    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public void threadPoolExecutor() {
        left = ITEMS;
        executor.execute(executorFirst);
        chainEnded.acquireUninterruptibly();
    }

    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public void forkJoinPool() {
        left = ITEMS;
        forkJoin.execute(forkJoinFirst);
        chainEnded.acquireUninterruptibly();
    }

    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public void disruptor() {
        left = ITEMS;
        publish(false);
        chainEnded.acquireUninterruptibly();
    }
}
