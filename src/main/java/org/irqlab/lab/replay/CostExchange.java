package org.irqlab.lab.replay;

import org.irqlab.lab.replay.ReplayPlan.ActionKind;

import java.util.Arrays;

/**
 * Puts the burnt costs in the place of the trace's own where a recorded duration holds a path: a
 * local wake is time of its waker, so that the waker's cost, and the offset of what it did later,
 * change by the difference.
 *
 * <p>SIMPLIFIED: by the difference of the medians; work queued to an unbound pool keeps the
 * recorded cost of its wake.
 */
final class CostExchange {
    private CostExchange() {}

    /** Whether the plan burns anything but the trace's own costs. */
    static boolean differs(ReplayPlan plan) {
        return Arrays.stream(CostPath.values())
                .anyMatch(path -> !Arrays.equals(path.of(plan.paths), path.of(plan.recordedPaths)));
    }

    /** Exchanges the local wakes; a plan that burns the trace's own stays as it is. */
    static void wakes(ReplayPlan plan) {
        long differenceNs = plan.paths.usualWakeNs() - plan.recordedPaths.usualWakeNs();
        if (differenceNs == 0) {
            return;
        }
        for (int a = 0; a < plan.costNs.length; a++) {
            long moreNs = 0;
            long reachedNs = -plan.activityTurnNs[a];
            for (int action = plan.firstAction[a]; action < plan.firstAction[a + 1]; action++) {
                reachedNs = Math.max(reachedNs, plan.actionOffsetNs[action] + moreNs);
                plan.actionOffsetNs[action] = reachedNs;
                if (wakesLocally(plan, a, action)) {
                    long recordedNs = plan.actionCostNs[action];
                    plan.actionCostNs[action] = Math.max(0, recordedNs + differenceNs);
                    moreNs += plan.actionCostNs[action] - recordedNs;
                }
            }
            plan.costNs[a] = Math.max(reachedNs, plan.costNs[a] + moreNs);
        }
    }

    /** Whether the recorded cost of the action is that of a wake by the CPU for itself. */
    private static boolean wakesLocally(ReplayPlan plan, int activity, int action) {
        int kind = plan.actionKind[action];
        boolean wakes =
                kind == ActionKind.WAKE.ordinal() || kind == ActionKind.QUEUE_WORK.ordinal();
        return wakes
                && plan.actionCostNs[action] > 0
                && plan.actionCpu[action] == plan.activityCpu[activity];
    }
}
