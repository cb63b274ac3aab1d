package org.irqlab.lab.replay;

import org.agrona.collections.LongArrayList;
import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.lab.replay.ReplayPlan.ActivityKind;

import java.util.Arrays;

/**
 * What it costs each task to come back from a preemption: the rest of the switch, the return to
 * user mode, what the other task has displaced from the caches. It is in the recorded time of the
 * preempted task, and must leave it where the replay does not preempt.
 *
 * <p>Told by the stretches between two raises of one vector in one quantum: the median of those
 * with a preemption in them, less the way to that switch, against the median of those without;
 * where there are too few, the reference machine's cost counts.
 *
 * <p><b>Threads.</b> One.
 */
final class ReturnCosts {
    private static final int ENOUGH = 20;

    private final PlanActivities plan;
    private final long[] byTask;

    /**
     * @param switchNs usual way to a preempting switch
     * @param unknownNs for tasks of which the trace does not tell
     */
    ReturnCosts(PlanActivities plan, int tasks, long switchNs, long unknownNs) {
        this.plan = plan;
        byTask = new long[tasks];
        Arrays.fill(byTask, unknownNs);
        var direct = new LongArrayList[tasks];
        var preempted = new LongArrayList[tasks];
        Arrays.setAll(direct, task -> new LongArrayList());
        Arrays.setAll(preempted, task -> new LongArrayList());
        int[][] index = plan.index();
        for (int a = 0; a < plan.activities(); a++) {
            if (plan.kind(a) == ActivityKind.QUANTUM) {
                int task = plan.subject(a);
                stretches(index, a, direct[task], preempted[task]);
            }
        }
        for (int task = 0; task < tasks; task++) {
            if (direct[task].size() >= ENOUGH && preempted[task].size() >= ENOUGH) {
                long moreNs = median(preempted[task]) - switchNs - median(direct[task]);
                byTask[task] = Math.max(0, moreNs);
            }
        }
    }

    private void stretches(
            int[][] index, int quantum, LongArrayList direct, LongArrayList preempted) {
        for (int i = index[0][quantum] + 1; i < index[0][quantum + 1]; i++) {
            int before = index[1][i - 1];
            int action = index[1][i];
            int times = plan.preemptionsBefore(action) - plan.preemptionsBefore(before);
            boolean alike =
                    plan.actionKind(before) == ActionKind.RAISE
                            && plan.actionKind(action) == ActionKind.RAISE
                            && plan.target(before) == plan.target(action);
            if (alike && times <= 1) {
                (times == 0 ? direct : preempted)
                        .addLong(plan.offsetNs(action) - plan.offsetNs(before));
            }
        }
    }

    private static long median(LongArrayList list) {
        long[] sorted = list.toLongArray();
        Arrays.sort(sorted);
        return PathCosts.usual(sorted);
    }

    /** Returns what a preemption costs the task, ns. */
    long ofTask(int task) {
        return byTask[task];
    }
}
