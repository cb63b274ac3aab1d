package org.irqlab.lab.replay;

import org.irqlab.lab.replay.ReferencePaths.Known;
import org.irqlab.lab.replay.ReplayPlan.ActivityKind;

/**
 * What in the recorded time of an activity is not its own: the ways of the kernel that the replay
 * makes by itself.
 *
 * <p><b>Threads.</b> One.
 */
final class RecordedWays {
    private final PlanActivities plan;
    private final long idleExitNs;
    private final long remoteSwitchNs;
    private final long switchNs;
    private final ReturnCosts returns;

    /**
     * @param own the path costs of the same trace
     */
    RecordedWays(PlanActivities plan, int tasks, PathCosts own) {
        this.plan = plan;
        idleExitNs = PathCosts.usual(own.idleExitNs);
        remoteSwitchNs = PathCosts.usual(own.remoteSwitchInNs);
        switchNs = own.usualSwitchNs();
        long unknownNs = ReferencePaths.of(own).ns(Known.RETURN);
        returns = new ReturnCosts(plan, tasks, switchNs, unknownNs);
    }

    /** Returns what it costs a task, beyond the switch, to go on after a preemption. */
    long returnNs(int task) {
        return returns.ofTask(task);
    }

    /** Returns what the ways to other tasks, and back, took of an activity's recorded time. */
    long preemptionsNs(int activity, int preemptions) {
        boolean ofTask = plan.kind(activity) == ActivityKind.QUANTUM;
        long backNs = ofTask ? returnNs(plan.subject(activity)) : 0;
        return preemptions * (switchNs + backNs);
    }

    /** Returns the own time of an activity, without that of its turn. */
    long costNs(int activity) {
        long waysNs = preemptionsNs(activity, plan.preemptions(activity));
        long ownNs = plan.costNs(activity) + shiftNs(activity) - waysNs;
        return Math.max(0, ownNs - plan.turnNs(activity));
    }

    /** Returns the offset of an action in the own time of its activity, from its turn's end. */
    long offsetNs(int activity, int action) {
        long waysNs = preemptionsNs(activity, plan.preemptionsBefore(action));
        long offsetNs = plan.offsetNs(action) + shiftNs(activity) - waysNs;
        return Math.max(0, offsetNs) - plan.turnNs(activity);
    }

    /**
     * Of a quantum whose switch-in from idle was not recorded: how much earlier than its first
     * event it is taken to have begun, the recorded stretch less the usual exit from idle.
     */
    long shiftNs(int activity) {
        long slackNs = plan.slackNs(activity);
        return Math.max(0, slackNs - (plan.remote(activity) ? remoteSwitchNs : idleExitNs));
    }
}
