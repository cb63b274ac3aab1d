package org.irqlab.kernel.sched.fair;

/**
 * One CPU in zero-cost time: a task A that never sleeps, and a task B that is woken when asleep,
 * runs a burst and sleeps. The set-up of the worked example.
 */
final class PeriodicSleeper {
    final FairQueue queue;
    final FairEntity hog = new FairEntity(FairPolicy.NORMAL, 0);
    final FairEntity sleeper = new FairEntity(FairPolicy.NORMAL, 0);
    private final long tickNs;
    private long nextTickNs;
    long burstNs = 6_000;

    boolean asleep = true;
    private long remainingNs;
    private long wokenNs;
    private long nowNs;
    int wakes;
    int preemptingWakes;
    long longestWaitNs;

    PeriodicSleeper(FairProfile profile, int hz) {
        tickNs = 1_000_000_000L / hz;
        nextTickNs = tickNs;
        queue = new FairQueue(profile, 2, tickNs);
        queue.enqueue(hog, EnqueueKind.WAKEUP, 0);
        queue.setNext(queue.pick(0, e -> {}), 0);
    }

    /** Lets time pass up to {@code untilNs}, its tick included: bursts end, ticks are taken. */
    void runTo(long untilNs) {
        while (true) {
            long burstEndNs = queue.current() == sleeper ? nowNs + remainingNs : Long.MAX_VALUE;
            long nextNs = Math.min(burstEndNs, nextTickNs);
            if (nextNs > untilNs) {
                advance(untilNs);
                return;
            }
            advance(nextNs);
            if (nextNs == burstEndNs) {
                asleep = true;
                queue.dequeue(sleeper, DequeueKind.SLEEP, nowNs);
                schedule();
            }
            if (nextNs == nextTickNs) {
                nextTickNs += tickNs;
                queue.tick(nowNs);
                if (queue.takeReschedRequest()) {
                    schedule();
                }
            }
        }
    }

    /** Lets time pass up to {@code atNs}, then wakes B; returns whether it preempted. */
    boolean wakeAt(long atNs) {
        runTo(atNs);
        if (!asleep) {
            return false;
        }
        asleep = false;
        remainingNs = burstNs;
        wokenNs = nowNs;
        if (sleeper.delayed()) {
            queue.requeueDelayed(sleeper);
        } else {
            queue.enqueue(sleeper, EnqueueKind.WAKEUP, nowNs);
        }
        boolean preempts = queue.wakeupPreempts(sleeper, nowNs, false);
        wakes++;
        preemptingWakes += preempts ? 1 : 0;
        if (queue.takeReschedRequest()) {
            schedule();
        }
        return preempts;
    }

    private void advance(long toNs) {
        if (queue.current() == sleeper) {
            remainingNs -= toNs - nowNs;
        }
        nowNs = toNs;
    }

    private void schedule() {
        FairEntity next = queue.pick(nowNs, e -> {});
        if (next != queue.current()) {
            queue.putPrev(nowNs);
            queue.setNext(next, nowNs);
            if (next == sleeper) {
                longestWaitNs = Math.max(longestWaitNs, nowNs - wokenNs);
            }
        }
    }
}
