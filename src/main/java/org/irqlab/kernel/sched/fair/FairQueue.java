package org.irqlab.kernel.sched.fair;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.fair.FairProfile.Protection;
import org.irqlab.kernel.sched.fair.FairProfile.Yield;

/**
 * The fair class of one CPU: Linux's EEVDF, exact to the nanosecond for one level of tasks.
 *
 * <p><b>Threads.</b> Owner only: whoever holds the baton of the CPU. A remote waker first takes the
 * queue over (the kernel's run-queue lock), then calls with this CPU's clock. <b>Progress.</b>
 * Every operation is O(log n) and allocates nothing; {@link #pick} repeats once per delayed entity
 * that it finishes.
 *
 * <p><b>Clock.</b> {@code nowNs} is the CPU's task clock ({@code rq_clock_task}); the queue reads
 * none itself and charges the current entity what passed between two calls. A clock that runs
 * through interrupts charges them to the current task, as kernels without
 * CONFIG_IRQ_TIME_ACCOUNTING do; one that stops in them does not. Read it once per scheduling
 * operation (a block, or one wake-up) and pass that value to every call of it. One call may charge
 * up to 2^40 ns.
 *
 * <p><b>Protocol.</b> Block: {@code dequeue}, {@code pick}, {@code putPrev}, {@code setNext}.
 * Preemption: the same without {@code dequeue}. When pick returns the current entity, stop there:
 * no putPrev, no setNext, its protection goes on. Wake: {@code enqueue}, or {@code requeueDelayed}
 * if {@link FairEntity#delayed()}; then {@code wakeupPreempts}. Real-time classes are the caller's
 * business: they preempt always, and are preempted never.
 *
 * <p>A wish to reschedule is latched; {@link #takeReschedRequest} hands it over.
 *
 * @see "Linux kernel/sched/fair.c"
 */
public final class FairQueue {
    private final FairProfile profile;
    private final long baseSliceNs;
    private final SliceProtection protection;
    private final FairTimeline timeline;
    private boolean reschedRequested;

    /**
     * @param onlineCpus scales the base slice, see {@link FairProfile#baseSliceNs}
     * @param tickNs the period of the scheduler tick (1e9 / HZ), a floor of the lag limit
     */
    public FairQueue(FairProfile profile, int onlineCpus, long tickNs) {
        this(profile, onlineCpus, tickNs, 0);
    }

    /** Starts virtual time at {@code virtualTime}, which must not matter. */
    FairQueue(FairProfile profile, int onlineCpus, long tickNs, long virtualTime) {
        if (tickNs < 1) {
            throw new IllegalArgumentException("tickNs=" + tickNs + " < MIN_TICK=1");
        }
        this.profile = profile;
        this.baseSliceNs = profile.baseSliceNs(onlineCpus);
        this.protection = new SliceProtection(profile);
        this.timeline = new FairTimeline(protection, baseSliceNs, tickNs, virtualTime);
    }

    /**
     * Adds an entity that is off queue: places it by its saved lag ({@code enqueue_entity}). One
     * that has just gone to sleep must have been put first, as Linux waits for {@code on_cpu}.
     */
    @HotPath
    public void enqueue(FairEntity e, EnqueueKind kind, long nowNs) {
        if (e.onQueue || e == timeline.current()) {
            throw new IllegalStateException("the entity is on a queue or still current");
        }
        updateCurrent(nowNs);
        timeline.place(e, kind);
        timeline.join(e);
    }

    /**
     * Takes an entity off ({@code dequeue_entity}). A {@link DequeueKind#SLEEP} of an entity that
     * is not eligible only marks it delayed: it keeps competing, without running, until a pick
     * finds it eligible or a wake-up requeues it. Taking off a delayed entity ends the delay,
     * whatever the kind (exit, migration, class change).
     *
     * @return false if the dequeue was delayed
     */
    @HotPath
    public boolean dequeue(FairEntity e, DequeueKind kind, long nowNs) {
        if (Checks.ON) {
            Checks.invariant(e.onQueue, "an entity leaves the queue it is on");
        }
        updateCurrent(nowNs);
        if (e.delayed) {
            finishDelayed(e);
            return true;
        }
        if (kind == DequeueKind.SLEEP && !eligible(e)) {
            timeline.markDelayed(e);
            return false;
        }
        timeline.saveLag(e);
        if (kind == DequeueKind.MOVE) {
            e.deadline -= e.vruntime;
            e.relativeDeadline = true;
        }
        timeline.leave(e);
        return true;
    }

    /**
     * Wakes a delayed entity where it is ({@code requeue_delayed_entity}). If it was owed service
     * by now, it is placed anew at V with a full slice; otherwise it keeps vruntime and deadline.
     *
     * <p>Takes no clock on purpose: V counts the current entity as of its last accounting. The
     * wake-up test that follows accounts for the rest, and so mostly finds it ineligible.
     */
    @HotPath
    public void requeueDelayed(FairEntity e) {
        if (Checks.ON) {
            Checks.invariant(e.delayed && e.onQueue, "only a delayed entity is requeued");
        }
        timeline.saveLag(e);
        if (e.vlag > 0) {
            timeline.placeAnew(e);
        }
        timeline.clearDelayed(e);
    }

    /**
     * Chooses what runs next, the current entity included ({@code pick_task_fair}). Finishes the
     * delayed dequeues it meets. Drops a latched reschedule request: this is the reschedule.
     *
     * @param sink told of every finished dequeue, before this returns
     * @return the entity, or null if none is runnable; {@link #current()} means go on
     */
    @HotPath
    public FairEntity pick(long nowNs, DelayedSink sink) {
        FairEntity picked = null;
        while (picked == null && timeline.nr() > 0) {
            updateCurrent(nowNs);
            FairEntity best = timeline.best(true);
            if (best.delayed) {
                finishDelayed(best);
                sink.dequeued(best);
            } else {
                picked = best;
            }
        }
        reschedRequested = false;
        return picked;
    }

    /** Makes {@code e} the current entity and protects its slice ({@code set_next_entity}). */
    @HotPath
    public void setNext(FairEntity e, long nowNs) {
        if (timeline.current() != null) {
            throw new IllegalStateException("putPrev comes before setNext");
        }
        timeline.makeCurrent(e);
        e.execStartNs = nowNs;
    }

    /**
     * Ends the turn of the current entity, if any: back into the tree, deadline unchanged, unless
     * it sleeps ({@code put_prev_entity}). Drops a latched reschedule request.
     */
    @HotPath
    public void putPrev(long nowNs) {
        updateCurrent(nowNs);
        timeline.putCurrent();
        reschedRequested = false;
    }

    /**
     * Charges the current entity up to {@code nowNs} ({@code update_curr}): moves its vruntime,
     * renews a passed deadline, and requests a reschedule if its slice is over and it is not alone.
     */
    @HotPath
    public void updateCurrent(long nowNs) {
        FairEntity c = timeline.current();
        if (c == null || !c.onQueue) {
            return;
        }
        long deltaNs = nowNs - c.execStartNs;
        if (deltaNs <= 0) {
            return;
        }
        c.execStartNs = nowNs;
        c.sumExecNs += deltaNs;
        c.vruntime += c.virtualNs(deltaNs);
        boolean expired = c.vruntime - c.deadline >= 0;
        if (expired) {
            timeline.refreshSlice(c);
            c.deadline = c.vruntime + c.virtualNs(c.sliceNs);
        }
        if (timeline.nr() != 1 && (expired || (!protection.holds(c) && unprotectedYields(c)))) {
            reschedRequested = true;
        }
    }

    /** A mark that is passed suffices; a void stamp asks for a lost eligibility as well. */
    private boolean unprotectedYields(FairEntity c) {
        return profile.protection == Protection.VRUNTIME_MARK || !eligible(c);
    }

    /** The scheduler tick ({@code entity_tick}). */
    @HotPath
    public void tick(long nowNs) {
        updateCurrent(nowNs);
    }

    /**
     * The wake-up test ({@code check_preempt_wakeup_fair}), after the wakee was enqueued or
     * requeued here. It asks not whether the wakee is better than the current entity but whether it
     * is what a pick would return: if a third would win, nobody preempts.
     *
     * <p>Call it only while a fair task is current; over the idle task every wake-up preempts.
     *
     * @param needResched the hard need-resched flag of the CPU is set: nothing happens then. A
     *     request latched here and not yet taken counts as set; under the lazy model take it first.
     * @return whether the wakee is to preempt. The accounting that comes first may latch a request
     *     of its own, so look at {@link #takeReschedRequest} in any case.
     */
    @HotPath
    public boolean wakeupPreempts(FairEntity wakee, long nowNs, boolean needResched) {
        FairEntity c = timeline.current();
        if (c == null || wakee == c || needResched || reschedRequested) {
            return false;
        }
        boolean wakeeIdles = wakee.policy == FairPolicy.IDLE;
        if (c.policy == FairPolicy.IDLE && !wakeeIdles) {
            if (profile.idleLosesProtection) {
                protection.cancel(c);
            }
            reschedRequested = true;
            return true;
        }
        if (wakee.policy != FairPolicy.NORMAL) {
            return false;
        }
        updateCurrent(nowNs);
        boolean preempts =
                profile.protection == Protection.DEADLINE_STAMP
                        ? winsAgainstStamp(c, wakee)
                        : winsAgainstMark(c, wakee);
        reschedRequested |= preempts;
        return preempts;
    }

    /** A shorter slice voids the protection even if the wakee then loses. */
    private boolean winsAgainstStamp(FairEntity c, FairEntity wakee) {
        if (wakee.sliceNs < c.sliceNs
                && eligible(wakee)
                && (wakee.deadline - c.deadline < 0 || !eligible(c))) {
            protection.cancel(c);
        }
        return timeline.best(true) == wakee;
    }

    /**
     * A shorter slice overrides the protection for this test, and shortens it if the wakee loses.
     */
    private boolean winsAgainstMark(FairEntity c, FairEntity wakee) {
        boolean shorter = wakee.sliceNs < c.sliceNs;
        boolean wins = timeline.best(!shorter) == wakee;
        if (shorter && wins) {
            protection.cancel(c);
        } else if (shorter) {
            protection.shorten(c, timeline.minSliceOfOthersNs());
        }
        return wins;
    }

    /**
     * The current task gives way ({@code yield_task_fair}); the caller then schedules. Does nothing
     * if the queue holds nobody else.
     *
     * <p>SIMPLIFIED: the kernel asks for the run queue's count, real-time tasks included; a fair
     * task does not get to yield while one of those is runnable.
     */
    public void yield(long nowNs) {
        FairEntity c = timeline.current();
        if (c == null || timeline.nr() == 1) {
            return;
        }
        updateCurrent(nowNs);
        if (profile.yield == Yield.EXTENDS_DEADLINE) {
            c.deadline += c.virtualNs(c.sliceNs);
        } else if (eligible(c)) {
            c.vruntime = c.deadline;
            c.deadline = c.vruntime + c.virtualNs(c.sliceNs);
        }
    }

    /**
     * Changes policy, nice value and slice of an entity that is on this queue, or on none, the way
     * the system calls do: take off, rescale lag and relative deadline by the weights, put back. A
     * current entity stays current and is protected anew; a delayed one stays delayed.
     *
     * <p>The caller then applies {@code prio_changed_fair}: a lower priority of the current task
     * asks for a reschedule, for another task run {@link #wakeupPreempts}.
     *
     * @param customSliceNs own slice, clamped to {@link FairEntity#MIN_CUSTOM_SLICE_NS} and {@link
     *     FairEntity#MAX_CUSTOM_SLICE_NS}; 0 for the base slice
     */
    public void change(FairEntity e, FairPolicy policy, int nice, long customSliceNs, long nowNs) {
        boolean queued = e.onQueue;
        boolean running = e == timeline.current();
        if (queued) {
            updateCurrent(nowNs);
            timeline.saveLag(e);
            e.deadline -= e.vruntime;
            e.relativeDeadline = true;
            timeline.leave(e);
        }
        if (running) {
            timeline.putCurrent();
        }
        long oldWeight = e.weight;
        e.parameters(policy, nice, customSliceNs);
        timeline.refreshSlice(e);
        e.vlag = e.vlag * oldWeight / e.weight;
        if (e.relativeDeadline && profile.scalesRelativeDeadline) {
            e.deadline = e.deadline * oldWeight / e.weight;
        }
        if (queued) {
            updateCurrent(nowNs);
            timeline.place(e, EnqueueKind.MOVE);
            timeline.join(e);
        }
        if (running) {
            setNext(e, nowNs);
        }
    }

    /** Returns whether a reschedule was requested since the last call, and forgets it. */
    @HotPath
    public boolean takeReschedRequest() {
        boolean requested = reschedRequested;
        reschedRequested = false;
        return requested;
    }

    /** Returns how many entities count here: runnable, current and delayed. */
    public int nr() {
        return timeline.nr();
    }

    /** Returns how many of {@link #nr} are awake. */
    public int nrRunnable() {
        return timeline.nr() - timeline.nrDelayed();
    }

    /** Returns how many of {@link #nr} sleep but wait for their eligibility. */
    public int nrDelayed() {
        return timeline.nrDelayed();
    }

    /** Returns how many of {@link #nr} have the policy {@link FairPolicy#IDLE}. */
    public int nrIdlePolicy() {
        return timeline.nrIdlePolicy();
    }

    /** Returns the entity between setNext and putPrev, asleep or not, or null. */
    public FairEntity current() {
        return timeline.current();
    }

    /** Returns V: the virtual time that an entity with zero lag would have. */
    public long virtualTime() {
        return timeline.virtualTime();
    }

    /** Returns the sum of the weights that count here. */
    public long weight() {
        return timeline.weight();
    }

    /** Returns whether {@code e}, which is on this queue, is eligible to run. */
    public boolean eligible(FairEntity e) {
        return timeline.eligible(e);
    }

    /** Returns the slice of entities without their own, ns. */
    public long baseSliceNs() {
        return baseSliceNs;
    }

    /** Returns the behaviour chosen at construction. */
    public FairProfile profile() {
        return profile;
    }

    /** A finished delay leaves no credit for the time asleep (DELAY_ZERO). */
    private void finishDelayed(FairEntity e) {
        timeline.saveLag(e);
        timeline.leave(e);
        e.delayed = false;
        e.vlag = Math.min(e.vlag, 0);
    }
}
