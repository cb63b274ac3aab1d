package org.irqlab.kernel.sched.fair;

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
 * What the fair class costs one wake-up of a task that runs a burst and sleeps again, among others
 * that always want to run: one operation is enqueue (or requeue), wake-up test, pick, the switches
 * that follow from it, dequeue and the second pick. An upper bound of what the scheduler adds to a
 * wake-up, the hand-over of the CPU left out. Run with {@code -prof gc}: it must allocate nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class FairQueueBenchmark {
    private static final DelayedSink SINK = e -> {};

    /** Entities on the queue, the sleeper included. */
    @Param({"2", "16", "256"})
    public int entities;

    private FairQueue queue;
    private FairEntity sleeper;
    private long nowNs;

    /** Fills the queue with hogs of different weights. */
    @Setup
    public void fill() {
        queue = new FairQueue(FairProfile.DEFAULT, 2, 1_000_000);
        for (int i = 1; i < entities; i++) {
            queue.enqueue(new FairEntity(FairPolicy.NORMAL, i % 5), EnqueueKind.INITIAL, nowNs);
        }
        sleeper = new FairEntity(FairPolicy.NORMAL, 0);
        switchTo(queue.pick(nowNs, SINK));
    }

    /** A hog runs 7 us, the sleeper wakes, runs 6 us if it preempts, and sleeps. */
    @Benchmark
    public FairEntity wakeRunSleep() {
        nowNs += 7_000;
        if (sleeper.delayed()) {
            queue.requeueDelayed(sleeper);
        } else {
            queue.enqueue(sleeper, EnqueueKind.WAKEUP, nowNs);
        }
        queue.wakeupPreempts(sleeper, nowNs, false);
        if (queue.takeReschedRequest()) {
            switchTo(queue.pick(nowNs, SINK));
        }
        nowNs += 6_000;
        queue.dequeue(sleeper, DequeueKind.SLEEP, nowNs);
        FairEntity next = queue.pick(nowNs, SINK);
        switchTo(next);
        return next;
    }

    /** The part every tick pays. */
    @Benchmark
    public boolean tick() {
        nowNs += 1_000;
        queue.tick(nowNs);
        return queue.takeReschedRequest();
    }

    private void switchTo(FairEntity next) {
        if (next != queue.current()) {
            queue.putPrev(nowNs);
            queue.setNext(next, nowNs);
        }
    }
}
