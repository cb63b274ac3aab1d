package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
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
 * <p><b>Threads.</b> Any holder; without state of its own.
 */
final class ActivityRunner {
    /** More than any action's own code takes; what lies above was preemption. */
    private static final long MOST_ABSORBED_NS = 3_000;

    /** More than irqlab's own code takes on one side of a softirq. */
    private static final long MOST_AROUND_NS = 1_000;

    private static final ReplayPlan.ActionKind[] KINDS = ReplayPlan.ActionKind.values();

    private final ReplayPlan plan;
    private final ReplayActions actions;
    private final ReplayCounters[] counters;

    ActivityRunner(ReplayPlan plan, ReplayActions actions, ReplayCounters[] counters) {
        this.plan = plan;
        this.actions = actions;
        this.counters = counters;
    }

    /**
     * Runs {@code run} to its end.
     *
     * @param startNs when it began: the tracepoint that shows its start, host ns
     * @return the time it took, ns, net of what interrupted it
     */
    @HotPath
    long execute(KernelCpu cpu, Run run, long startNs) {
        return execute(cpu, run, startNs, 0);
    }

    /**
     * As {@link #execute(KernelCpu, Run, long)}, without the first {@code savedNs} of its cost, or,
     * where negative, with so much more before it.
     */
    @HotPath
    long execute(KernelCpu cpu, Run run, long startNs, long savedNs) {
        long cost = plan.costNs[run.activity];
        long saved = Math.min(savedNs, cost);
        long done = untilLastAction(cpu, run, startNs, saved);
        if (cost > done) {
            cpu.burn(cost - done);
            done = cost;
        }
        counters[cpu.id()].ran();
        return done - saved;
    }

    /**
     * As {@link #execute}, for a task that goes to sleep afterwards.
     *
     * @param turnNs what it does before that besides
     */
    @HotPath
    void executeToSleep(KernelCpu cpu, Run run, long startNs, long turnNs) {
        long done = untilLastAction(cpu, run, startNs, -turnNs);
        long cost = plan.costNs[run.activity];
        if (cost > done) {
            cpu.burnToSleep(cost - done);
        }
        counters[cpu.id()].ran();
    }

    /**
     * Returns the progress.
     *
     * @param saved the progress with which it begins
     */
    private long untilLastAction(KernelCpu cpu, Run run, long startNs, long saved) {
        int activity = run.activity;
        long cost = plan.costNs[activity];
        long done = saved + absorbed(startNs, cost - saved);
        int last = plan.firstAction[activity + 1];
        for (int action = plan.firstAction[activity]; action < last; action++) {
            long offset = plan.actionOffsetNs[action];
            if (offset > done) {
                cpu.burn(offset - done);
                done = offset;
            }
            done += perform(cpu, run, action);
            done = rescheduleIfAsked(cpu, action, done, cost);
        }
        return done;
    }

    /** Returns the progress that the action was. */
    private long perform(KernelCpu cpu, Run run, int action) {
        long before = HostClock.nowNs();
        boolean took =
                switch (KINDS[plan.actionKind[action]]) {
                    case RAISE -> actions.raise(cpu, run, action);
                    case WAKE -> actions.wake(cpu, action);
                    case DELIVER -> actions.deliver(cpu, action);
                    case QUEUE_WORK -> actions.queueWork(cpu, run, action);
                    case REQUEST -> actions.request(cpu, action);
                };
        if (KINDS[plan.actionKind[action]] == ReplayPlan.ActionKind.RAISE
                && PreemptCount.inTask(cpu.preemptCount())) {
            return aroundSoftirq(cpu, action, before);
        }
        // An action that turned out to be none saves its recorded cost.
        return took ? absorbed(before, Long.MAX_VALUE) : plan.actionCostNs[action];
    }

    /**
     * Of a raise in a task, that runs the softirq: the way there, and the way back from its end.
     */
    private long aroundSoftirq(KernelCpu cpu, int action, long before) {
        int activity = plan.actionActivity[action];
        if (activity == ReplayPlan.NONE) {
            return 0;
        }
        long there = actions.raisedNs(activity) - before;
        long back = cpu.scheduler().needResched() ? 0 : HostClock.nowNs() - cpu.markNs();
        return Math.clamp(there, 0, MOST_AROUND_NS) + Math.clamp(back, 0, MOST_AROUND_NS);
    }

    private static long absorbed(long sinceNs, long limitNs) {
        return Math.min(Math.min(HostClock.nowNs() - sinceNs, MOST_ABSORBED_NS), limitNs);
    }

    /**
     * A user task that has woken somebody more urgent goes on for the rest of its system call, then
     * yields.
     */
    private long rescheduleIfAsked(KernelCpu cpu, int action, long done, long cost) {
        if (!cpu.scheduler().needResched() || cpu.preemptCount() != 0) {
            return done;
        }
        Task self = cpu.current();
        if (self.inKernel() || PreemptCount.inInterrupt(cpu.preemptCount())) {
            return done;
        }
        // Behind a softirq the way to the switch begins at that softirq's end.
        boolean own =
                plan.actionKind[action] == ReplayPlan.ActionKind.WAKE.ordinal()
                        || actions.wakesThread(action);
        long recordedNs = plan.recordedPaths.wakeToRescheduleNs;
        long rest = own ? Math.min(recordedNs, Math.max(0, cost - done)) : 0;
        cpu.burn(own ? Math.max(0, rest + plan.paths.wakeToRescheduleNs - recordedNs) : 0);
        cpu.scheduler().reschedulePoint();
        return done + rest;
    }
}
