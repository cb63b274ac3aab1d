package org.irqlab.lab.replay.engine;

import org.irqlab.base.time.HostClock;
import org.irqlab.host.CallOutcome;
import org.irqlab.host.ThreadPinning;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.lab.measure.Platform;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.replay.ReplayPlan;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * One run of a plan from its first arrival to its last activity, or to the point where it makes no
 * more progress.
 *
 * <p><b>Threads.</b> One, which sleeps most of the time.
 */
final class ReplayPass {
    private static final long LEAD_NS = 20_000_000;
    private static final long LOOK_EVERY_NS = 50_000_000;

    /** No activity for so long after the last recorded one: it will not come. */
    private static final long STALLED_NS = 2_000_000_000;

    private final ReplayMachine machine;
    private final CallOutcome priority;
    private final long originNs;
    private final long endNs;
    private final long expected;
    private final long executed;

    private ReplayPass(
            ReplayMachine machine,
            CallOutcome priority,
            long originNs,
            long endNs,
            long expected,
            long executed) {
        this.machine = machine;
        this.priority = priority;
        this.originNs = originNs;
        this.endNs = endNs;
        this.expected = expected;
        this.executed = executed;
    }

    /**
     * Runs the plan, or as much of it as the pace says, and stops the machine.
     *
     * @param producerHosts host cores for device threads; empty where the CPUs fire at their own
     *     poll points
     */
    static ReplayPass run(
            ReplayPlan plan,
            Platform platform,
            MachineSpec spec,
            Strategy strategy,
            List<Integer> producerHosts,
            Pace pace) {
        long expected = reachable(plan);
        long lengthNs = pace.paced(Math.min(plan.durationNs, pace.limitNs()));
        var machine = new ReplayMachine(plan, platform, spec, strategy, producerHosts, pace);
        try (machine) {
            int self = ThreadPinning.threadId();
            // The threads of the machine inherit the priority of the one that starts them.
            CallOutcome priority = ThreadPinning.setNice(self, pace.hostNice());
            long originNs = machine.start(LEAD_NS);
            ThreadPinning.setNice(self, 0);
            long lastNs = 0;
            long progressNs = 0;
            long executed = 0;
            while (executed < expected) {
                LockSupport.parkNanos(LOOK_EVERY_NS);
                lastNs = originNs + lengthNs + machine.slippedNs();
                long now = HostClock.nowNs();
                long seen = machine.executed();
                if (seen != executed) {
                    executed = seen;
                    progressNs = now;
                } else if (now - Math.max(progressNs, lastNs) > STALLED_NS) {
                    break;
                }
                boolean farEnough = pace.limitNs() < plan.durationNs && now > lastNs;
                boolean hopeless = now - originNs > pace.patienceNs(lengthNs);
                if (farEnough || hopeless || machine.machine().smp().stopping()) {
                    break;
                }
            }
            return new ReplayPass(
                    machine, priority, originNs, HostClock.nowNs(), expected, executed);
        }
    }

    /** Returns how many activities follow from the plan's arrivals. */
    static long reachable(ReplayPlan plan) {
        long count = 0;
        var stack = new int[plan.costNs.length + 1];
        for (int root : plan.arrivalActivity) {
            if (root == ReplayPlan.NONE) {
                continue;
            }
            int depth = 0;
            stack[depth++] = root;
            while (depth > 0) {
                int activity = stack[--depth];
                count++;
                for (int a = plan.firstAction[activity]; a < plan.firstAction[activity + 1]; a++) {
                    if (plan.actionActivity[a] != ReplayPlan.NONE) {
                        stack[depth++] = plan.actionActivity[a];
                    }
                }
            }
        }
        return count;
    }

    ReplayMachine machine() {
        return machine;
    }

    /** Returns what came of asking the host for the priority of the pace. */
    CallOutcome priority() {
        return priority;
    }

    /** Returns the host time at which the recording began to be replayed. */
    long originNs() {
        return originNs;
    }

    long elapsedNs() {
        return endNs - originNs;
    }

    /** Returns how long the machine ran, its start and its end included. */
    long runNs() {
        return machine.stoppedNs() - machine.startedNs();
    }

    long expected() {
        return expected;
    }

    long executed() {
        return executed;
    }

    /** Returns whether the replay stopped before all its work was done. */
    boolean stalled() {
        return executed < expected;
    }
}
