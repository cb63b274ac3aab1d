package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.path.KernelPath;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.sched.Task;
import org.irqlab.lab.replay.ReplayPlan;

/**
 * Executes one activity: burns its cost in the context in which it is called, and performs its
 * actions at their offsets.
 *
 * <p>What irqlab's own code spends on an action counts as progress: the recorded cost held the
 * kernel's.
 *
 * <p><b>Threads.</b> Any holder; what it learns is by CPU.
 */
final class ActivityRunner {
    /** More than any action's own code takes; what lies above was preemption. */
    private static final long MOST_ABSORBED_NS = 3_000;

    /**
     * More than a hand-over takes, unless the host took the time; the noise meter says the same.
     */
    private static final long MOST_BEFORE_NS = 20_000;

    /** More than irqlab's own code takes on one side of a softirq. */
    private static final long MOST_AROUND_NS = 1_000;

    private static final ReplayPlan.ActionKind[] KINDS = ReplayPlan.ActionKind.values();

    /** Each raise moves the estimate by this part of the difference. */
    private static final int INERTIA_SHIFT = 4;

    private static final int STRIDE = 16;

    private final ReplayPlan plan;
    private final ReplayActions actions;
    private final ReplayCounters[] counters;

    // By CPU, each the holder's: how long before its tracepoint a raise has to begin, ns.
    private final long[] raiseLead;

    ActivityRunner(ReplayPlan plan, ReplayActions actions, ReplayCounters[] counters) {
        this.plan = plan;
        this.actions = actions;
        this.counters = counters;
        raiseLead = new long[counters.length * STRIDE];
    }

    /**
     * Runs {@code run} to its end.
     *
     * @param startNs when it began: the tracepoint that shows its start, host ns
     * @return the time it took, ns, net of what interrupted it
     */
    @HotPath
    long execute(KernelCpu cpu, Run run, long startNs) {
        long cost = plan.costNs[run.activity];
        long origin = burnToEnd(cpu, untilLastAction(cpu, run, startNs, 0), cost);
        counters[cpu.id()].ran();
        return Math.max(cost, HostClock.nowNs() - origin);
    }

    /** Spends time up to the tracepoint that ends a top half, a bottom half or a work item. */
    @HotPath
    private static long burnToEnd(KernelCpu cpu, long originNs, long costNs) {
        boolean top = PreemptCount.inHardirq(cpu.preemptCount());
        KernelPath path = top ? KernelPath.TOP_END : KernelPath.BOTTOM_END;
        return cpu.pathClock().burnToEnd(path, originNs, costNs);
    }

    /**
     * As {@link #execute}, where no tracepoint shows the end: a bottom half in a thread, a part of
     * a quantum.
     *
     * @param savedNs how much of its cost is left out at the beginning; negative: how much is added
     */
    @HotPath
    long executeUnmarked(KernelCpu cpu, Run run, long startNs, long savedNs) {
        long cost = plan.costNs[run.activity];
        long saved = Math.min(savedNs, cost);
        long origin = cpu.hw().burnTowards(untilLastAction(cpu, run, startNs, saved), cost);
        counters[cpu.id()].ran();
        cpu.threadPaths().setWorkDueNs(origin + cost);
        return Math.max(cost, HostClock.nowNs() - origin) - saved;
    }

    /**
     * As {@link #execute}, for a task that goes to sleep afterwards.
     *
     * @param turnNs what it does before that besides
     */
    @HotPath
    void executeToSleep(KernelCpu cpu, Run run, long startNs, long turnNs) {
        long cost = plan.costNs[run.activity];
        long origin =
                cpu.pathClock().burnToSleep(untilLastAction(cpu, run, startNs, -turnNs), cost);
        counters[cpu.id()].ran();
        // More may have come meanwhile: that begins there, then.
        cpu.threadPaths().setWorkDueNs(origin + cost);
    }

    /**
     * Returns the origin of the activity's progress: what has passed since, is done.
     *
     * @param saved the progress with which it begins
     */
    private long untilLastAction(KernelCpu cpu, Run run, long startNs, long saved) {
        int activity = run.activity;
        long origin = Math.max(startNs, HostClock.nowNs() - MOST_BEFORE_NS) - saved;
        int last = plan.firstAction[activity + 1];
        for (int action = plan.firstAction[activity]; action < last; action++) {
            long offset = plan.actionOffsetNs[action];
            boolean raise = KINDS[plan.actionKind[action]] == ReplayPlan.ActionKind.RAISE;
            long ahead = raise ? raiseLead[cpu.id() * STRIDE] : 0;
            origin = cpu.hw().burnTowards(origin, offset - ahead);
            long due = origin + offset;
            origin += perform(cpu, run, action);
            if (raise) {
                learnLead(cpu, action, due);
            }
            origin = rescheduleIfAsked(cpu, action, origin, plan.costNs[activity]);
        }
        return origin;
    }

    /**
     * The tracepoint of a raise comes after some of irqlab's own code: by so much the next raise
     * begins earlier, so that it is stamped when it is due.
     */
    private void learnLead(KernelCpu cpu, int action, long dueNs) {
        int activity = plan.actionActivity[action];
        if (activity == ReplayPlan.NONE) {
            return;
        }
        long late = actions.raisedNs(activity) - dueNs;
        if (late > -MOST_AROUND_NS && late < MOST_AROUND_NS) {
            int slot = cpu.id() * STRIDE;
            raiseLead[slot] =
                    Math.clamp(raiseLead[slot] + (late >> INERTIA_SHIFT), 0, MOST_AROUND_NS);
        }
    }

    /** Returns how much of the time that the action took was no progress. */
    private long perform(KernelCpu cpu, Run run, int action) {
        long before = HostClock.nowNs();
        ReplayPlan.ActionKind kind = KINDS[plan.actionKind[action]];
        boolean took =
                switch (kind) {
                    case RAISE -> actions.raise(cpu, run, action);
                    case WAKE -> actions.wake(cpu, action);
                    case DELIVER -> actions.deliver(cpu, action);
                    case QUEUE_WORK -> actions.queueWork(cpu, run, action);
                    case REQUEST -> actions.request(cpu, action);
                };
        long passed = HostClock.nowNs() - before;
        if (kind == ReplayPlan.ActionKind.RAISE && PreemptCount.inTask(cpu.preemptCount())) {
            return passed - aroundSoftirq(cpu, action, before, before + passed);
        }
        if (kind == ReplayPlan.ActionKind.DELIVER) {
            // The recording shows no such wake: it comes on top.
            return took ? passed + plan.actionCostNs[action] : 0;
        }
        // An action that turned out to be none, unlike the recorded one, saves its recorded cost.
        boolean saves = !took && plan.actionActivity[action] != ReplayPlan.NONE;
        long progress = saves ? Math.max(passed, plan.actionCostNs[action]) : passed;
        return passed - Math.min(progress, Math.max(MOST_ABSORBED_NS, plan.actionCostNs[action]));
    }

    /**
     * Of a raise in a task, that runs the softirq: the way there, and the way back from its end.
     */
    private long aroundSoftirq(KernelCpu cpu, int action, long before, long now) {
        int activity = plan.actionActivity[action];
        if (activity == ReplayPlan.NONE) {
            return 0;
        }
        long raised = actions.raisedNs(activity);
        long there = raised - before;
        // The last tracepoint is older where the raise was merged into one before it.
        long ended = Math.max(cpu.pathClock().markNs(), raised);
        long back = cpu.scheduler().needResched() ? 0 : now - ended;
        return Math.clamp(there, 0, MOST_AROUND_NS) + Math.clamp(back, 0, MOST_AROUND_NS);
    }

    /**
     * A user task that has woken somebody more urgent goes on for the rest of its system call, then
     * yields; returns the origin.
     */
    private long rescheduleIfAsked(KernelCpu cpu, int action, long originNs, long cost) {
        if (!cpu.scheduler().needResched() || cpu.preemptCount() != 0) {
            return originNs;
        }
        Task self = cpu.current();
        if (self.inKernel() || PreemptCount.inInterrupt(cpu.preemptCount())) {
            return originNs;
        }
        // Behind a softirq the way to the switch begins at that softirq's end.
        boolean own =
                plan.actionKind[action] == ReplayPlan.ActionKind.WAKE.ordinal()
                        || actions.wakesThread(action);
        long now = HostClock.nowNs();
        long origin = originNs;
        if (own) {
            long done = now - origin;
            long recordedNs = plan.recordedPaths.wakeToRescheduleNs;
            long rest = Math.min(recordedNs, Math.max(0, cost - done));
            // The rest of the system call takes another machine another time.
            long burnt = Math.max(0, rest + plan.paths.wakeToRescheduleNs - recordedNs);
            origin = cpu.hw().burnTowards(origin, done + burnt) + burnt - rest;
            now = HostClock.nowNs();
            cpu.pathClock().beginPath(now);
        }
        cpu.scheduler().reschedulePoint();
        return origin + HostClock.nowNs() - now;
    }
}
