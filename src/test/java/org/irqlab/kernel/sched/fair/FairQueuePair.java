package org.irqlab.kernel.sched.fair;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A {@link FairQueue} and its model driven by the same random scheduler; every decision and all
 * state must be equal after every operation. The queue's virtual times are the model's plus a
 * constant, so that wrapping has no effect either.
 */
final class FairQueuePair {
    private static final long[] SLICES_NS = {0, 0, 0, 100_000, 300_000, 3_000_000, 100_000_000};

    final FairQueue queue;
    final NaiveFairQueue model;
    private final long offset;
    final List<FairEntity> entities = new ArrayList<>();
    final List<NaiveFairQueue.Task> tasks = new ArrayList<>();
    private final List<FairEntity> finished = new ArrayList<>();
    private final boolean[] moving;
    private final boolean[] fresh;
    private final SplittableRandom random;
    private final boolean uniform;
    long nowNs;
    private boolean needResched;
    final int[] done = new int[Step.values().length];
    int preemptions;
    int delays;
    int finishedDelays;

    /** What may happen next. */
    enum Step {
        WAKE,
        BLOCK,
        SCHEDULE,
        TICK,
        YIELD,
        MOVE_OFF,
        CHANGE,
        TAKEN_BY_RT,
        CHARGE
    }

    FairQueuePair(FairProfile profile, long seed, int count, long offset) {
        random = new SplittableRandom(seed);
        int cpus = 1 << random.nextInt(4);
        long tickNs = random.nextBoolean() ? 1_000_000 : 4_000_000;
        this.offset = offset;
        queue = new FairQueue(profile, cpus, tickNs, offset);
        model = new NaiveFairQueue(profile, cpus, tickNs);
        uniform = random.nextInt(4) == 0;
        moving = new boolean[count];
        fresh = new boolean[count];
        for (int i = 0; i < count; i++) {
            FairPolicy policy = policy();
            int nice = nice();
            entities.add(new FairEntity(policy, nice));
            tasks.add(new NaiveFairQueue.Task(policy, nice));
            fresh[i] = true;
        }
    }

    private FairPolicy policy() {
        int die = random.nextInt(10);
        return uniform || die > 2
                ? FairPolicy.NORMAL
                : die == 0 ? FairPolicy.IDLE : FairPolicy.BATCH;
    }

    private int nice() {
        return uniform || random.nextBoolean() ? 0 : random.nextInt(-20, 20);
    }

    /** Lets some time pass, does one random thing, compares. */
    void step() {
        nowNs += pause();
        Step step = choose();
        int at = random.nextInt(tasks.size());
        switch (step) {
            case WAKE -> wake(at);
            case BLOCK -> block();
            case SCHEDULE -> schedule();
            case TICK -> {
                queue.tick(nowNs);
                model.updateCurr(nowNs);
            }
            case YIELD -> yieldCurrent();
            case MOVE_OFF -> moveOff(at);
            case CHANGE -> change(at);
            case TAKEN_BY_RT -> {
                queue.putPrev(nowNs);
                model.putPrev(nowNs);
                needResched = false;
            }
            case CHARGE -> {
                queue.updateCurrent(nowNs);
                model.updateCurr(nowNs);
            }
        }
        done[step.ordinal()]++;
        compare(step);
        reschedule();
    }

    /** Often short or none, at times long, at times until the very end of a nice-0 slice. */
    private long pause() {
        int scale = random.nextInt(16);
        if (scale < 3) {
            return 0;
        }
        if (scale < 14) {
            return random.nextLong(1L << (scale + 6));
        }
        NaiveFairQueue.Task c = model.curr;
        if (scale == 14 && c != null && c.onRq && c.w() == FairWeights.NICE_0) {
            return Math.max(0, c.d - c.v - (nowNs - c.execStart));
        }
        return random.nextLong(5_000_000);
    }

    private Step choose() {
        int die = random.nextInt(100);
        if (die < 42) {
            return Step.WAKE;
        }
        if (die < 70) {
            return Step.BLOCK;
        }
        if (die < 80) {
            return Step.TICK;
        }
        if (die < 84) {
            return Step.SCHEDULE;
        }
        if (die < 87) {
            return Step.YIELD;
        }
        if (die < 91) {
            return Step.MOVE_OFF;
        }
        if (die < 94) {
            return Step.CHANGE;
        }
        return die < 97 ? Step.TAKEN_BY_RT : Step.CHARGE;
    }

    /** Acts on a requested reschedule, now or a few steps later. */
    private void reschedule() {
        if (random.nextInt(3) > 0) {
            boolean requested = queue.takeReschedRequest();
            assertEquals(model.resched, requested);
            model.resched = false;
            needResched |= requested;
        }
        if (needResched && random.nextInt(4) > 0) {
            schedule();
            compare(Step.SCHEDULE);
        }
    }

    private void wake(int at) {
        FairEntity e = entities.get(at);
        NaiveFairQueue.Task t = tasks.get(at);
        if (t == model.curr || (t.onRq && !t.delayed)) {
            return;
        }
        if (t.delayed) {
            queue.requeueDelayed(e);
            model.requeueDelayed(t);
        } else {
            EnqueueKind kind =
                    moving[at]
                            ? EnqueueKind.MOVE
                            : fresh[at] ? EnqueueKind.INITIAL : EnqueueKind.WAKEUP;
            queue.enqueue(e, kind, nowNs);
            model.enqueue(t, kind == EnqueueKind.INITIAL, nowNs);
            moving[at] = false;
            fresh[at] = false;
        }
        compare(Step.WAKE);
        boolean preempts = model.wakeupPreempts(t, nowNs, needResched);
        assertEquals(preempts, queue.wakeupPreempts(e, nowNs, needResched), "preempts");
        preemptions += preempts ? 1 : 0;
    }

    private void block() {
        if (model.curr == null || !model.curr.onRq) {
            schedule();
            return;
        }
        int at = tasks.indexOf(model.curr);
        boolean special = random.nextInt(8) == 0;
        boolean off = model.dequeue(tasks.get(at), true, special, nowNs);
        DequeueKind kind = special ? DequeueKind.SPECIAL_SLEEP : DequeueKind.SLEEP;
        assertEquals(off, queue.dequeue(entities.get(at), kind, nowNs), "off at once");
        delays += off ? 0 : 1;
        compare(Step.BLOCK);
        schedule();
    }

    private void schedule() {
        finished.clear();
        NaiveFairQueue.Task next = model.pick(nowNs);
        FairEntity picked = queue.pick(nowNs, finished::add);
        assertEquals(tasks.indexOf(next), entities.indexOf(picked), "pick");
        assertEquals(
                model.finished.stream().map(tasks::indexOf).toList(),
                finished.stream().map(entities::indexOf).toList(),
                "finished delays");
        finishedDelays += finished.size();
        compare(Step.SCHEDULE);
        if (next != model.curr) {
            model.putPrev(nowNs);
            queue.putPrev(nowNs);
            if (next != null) {
                model.setNext(next, nowNs);
                queue.setNext(picked, nowNs);
            }
        }
        needResched = false;
    }

    private void yieldCurrent() {
        model.yield(nowNs);
        queue.yield(nowNs);
        compare(Step.YIELD);
        schedule();
    }

    private void moveOff(int at) {
        NaiveFairQueue.Task t = tasks.get(at);
        if (t.onRq && t != model.curr) {
            moving[at] = !t.delayed;
            model.dequeue(t, false, false, nowNs);
            queue.dequeue(entities.get(at), DequeueKind.MOVE, nowNs);
        }
    }

    private void change(int at) {
        FairPolicy policy = policy();
        int nice = nice();
        long sliceNs = uniform ? 0 : SLICES_NS[random.nextInt(SLICES_NS.length)];
        model.change(tasks.get(at), policy, nice, sliceNs, nowNs);
        queue.change(entities.get(at), policy, nice, sliceNs, nowNs);
    }

    void compare(Step step) {
        assertEquals(model.nr(), queue.nr(), "nr");
        long delayed = model.queued().stream().filter(t -> t.delayed).count();
        assertEquals(delayed, queue.nrDelayed(), "nrDelayed");
        assertEquals(model.nr() - delayed, queue.nrRunnable());
        assertEquals(
                model.queued().stream().filter(t -> t.policy == FairPolicy.IDLE).count(),
                queue.nrIdlePolicy());
        assertEquals(model.weight(), queue.weight(), "W");
        assertEquals(model.avg() + offset, queue.virtualTime(), "V");
        assertEquals(tasks.indexOf(model.curr), entities.indexOf(queue.current()), "current");
        for (int i = 0; i < tasks.size(); i++) {
            compare(tasks.get(i), entities.get(i), step);
        }
    }

    private void compare(NaiveFairQueue.Task t, FairEntity e, Step step) {
        assertEquals(t.onRq, e.onQueue(), "onQueue");
        assertEquals(t.delayed, e.delayed(), "delayed");
        assertEquals(t.executed, e.sumExecNs(), "executed");
        assertEquals(t.vlag, e.vlag(), () -> "vlag after " + step);
        assertEquals(t.rel, e.relativeDeadline, "relative deadline");
        if (t.onRq) {
            assertEquals(t.v + offset, e.vruntime(), () -> "v after " + step);
            assertEquals(t.d + offset, e.deadline(), () -> "d after " + step);
            assertEquals(t.slice, e.sliceNs(), "slice");
            assertEquals(model.eligible(t), queue.eligible(e), "eligible");
        } else if (t.rel) {
            assertEquals(t.d, e.deadline(), "relative deadline");
        }
        if (t == model.curr && t.onRq) {
            boolean stamps = queue.profile().protection == FairProfile.Protection.DEADLINE_STAMP;
            assertEquals((stamps ? t.stamp : t.vprot) + offset, e.protection, "protection");
        }
    }
}
