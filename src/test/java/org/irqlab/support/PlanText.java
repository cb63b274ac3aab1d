package org.irqlab.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.replay.ReplayPlan;
import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.lab.replay.ReplayPlan.ActivityKind;

/** A plan as text, a tree for each root, so that a test can say what it expects at a glance. */
public final class PlanText {
    private final ReplayPlan plan;
    private final StringBuilder text = new StringBuilder();

    private PlanText(ReplayPlan plan) {
        this.plan = plan;
    }

    /** Returns the trees: first quanta that go on at the start, then arrivals by time. */
    public static String of(ReplayPlan plan) {
        check(plan);
        var out = new PlanText(plan);
        for (int task = 0; task < plan.tasks.size(); task++) {
            if (plan.initialQuantum[task] >= 0) {
                out.line(0, "start " + plan.tasks.get(task).name());
                out.activity(1, plan.initialQuantum[task]);
            }
        }
        for (int a = 0; a < plan.arrivalNs.length; a++) {
            var source = plan.sources.get(plan.arrivalSource[a]);
            String where = " cpu" + plan.arrivalCpu[a];
            out.line(0, plan.arrivalNs[a] + " " + source.kind() + " " + source.name() + where);
            out.activity(1, plan.arrivalActivity[a]);
        }
        return out.text.toString();
    }

    private void line(int depth, String what) {
        text.append("  ".repeat(depth)).append(what).append('\n');
    }

    private void activity(int depth, int activity) {
        if (activity < 0) {
            line(depth, "-");
            return;
        }
        ActivityKind kind = ActivityKind.values()[plan.activityKind[activity]];
        String packets =
                plan.activityPackets[activity] > 0
                        ? " packets " + plan.activityPackets[activity]
                        : "";
        String turn =
                plan.activityTurnNs[activity] > 0 ? " turn " + plan.activityTurnNs[activity] : "";
        line(depth, kind + " " + plan.costNs[activity] + turn + packets);
        for (int i = plan.firstAction[activity]; i < plan.firstAction[activity + 1]; i++) {
            ActionKind what = ActionKind.values()[plan.actionKind[i]];
            int target = plan.actionTarget[i];
            String name =
                    switch (what) {
                        case RAISE -> Integer.toString(target);
                        case WAKE, DELIVER -> plan.tasks.get(target).name();
                        case QUEUE_WORK -> plan.works.get(target).function();
                        case REQUEST ->
                                plan.sources.get(target).name() + " after " + plan.actionDelayNs[i];
                    };
            String cost = plan.actionCostNs[i] > 0 ? " takes " + plan.actionCostNs[i] : "";
            line(depth + 1, "+" + plan.actionOffsetNs[i] + " " + what + " " + name + cost);
            activity(depth + 2, plan.actionActivity[i]);
        }
    }

    /** Checks what holds for every plan. */
    public static void check(ReplayPlan plan) {
        int activities = plan.costNs.length;
        int[] reached = new int[activities];
        for (int activity : plan.arrivalActivity) {
            count(reached, activity);
        }
        for (int activity : plan.actionActivity) {
            count(reached, activity);
        }
        for (int activity : plan.initialQuantum) {
            count(reached, activity);
        }
        for (int a = 0; a < activities; a++) {
            assertEquals(1, reached[a], "activity " + a + " is set off by exactly one thing");
            assertTrue(plan.costNs[a] >= 0, "cost of activity " + a);
            checkActions(plan, a);
        }
        for (int a = 1; a < plan.arrivalNs.length; a++) {
            assertTrue(plan.arrivalNs[a - 1] <= plan.arrivalNs[a], "arrivals are sorted by time");
        }
        assertEquals(plan.actionKind.length, plan.firstAction[activities]);
    }

    private static void checkActions(ReplayPlan plan, int a) {
        for (int i = plan.firstAction[a]; i < plan.firstAction[a + 1]; i++) {
            long first = -plan.activityTurnNs[a];
            long before = i == plan.firstAction[a] ? first : plan.actionOffsetNs[i - 1];
            assertTrue(plan.actionOffsetNs[i] >= before, "actions are sorted, activity " + a);
            assertTrue(plan.actionOffsetNs[i] <= plan.costNs[a], "offset, activity " + a);
            assertTrue(plan.actionDelayNs[i] >= 0, "delay, activity " + a);
            int child = plan.actionActivity[i];
            if (child >= 0) {
                assertEquals(
                        expected(ActionKind.values()[plan.actionKind[i]]),
                        ActivityKind.values()[plan.activityKind[child]]);
                assertEquals(target(plan, i), plan.activitySubject[child]);
            }
        }
    }

    private static ActivityKind expected(ActionKind action) {
        return switch (action) {
            case RAISE -> ActivityKind.SOFTIRQ;
            case WAKE, DELIVER -> ActivityKind.QUANTUM;
            case QUEUE_WORK -> ActivityKind.WORK;
            case REQUEST -> ActivityKind.TOP_HALF;
        };
    }

    private static int target(ReplayPlan plan, int action) {
        boolean request = plan.actionKind[action] == ActionKind.REQUEST.ordinal();
        return request ? ReplayPlan.NONE : plan.actionTarget[action];
    }

    private static void count(int[] reached, int activity) {
        if (activity >= 0) {
            reached[activity]++;
        }
    }
}
