package org.irqlab.lab.replay;

import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.lab.replay.ReplayPlan.ActivityKind;
import org.irqlab.lab.replay.ReplayPlan.Source;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Says in lines of text what a {@link ReplayPlan} holds and what it rests on. */
public final class PlanSummary {
    private PlanSummary() {}

    public static List<String> lines(ReplayPlan plan) {
        var lines = new ArrayList<String>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "plan: %d CPUs, %.3f s, coverage %.1f %%, %d activities, %d actions, %d"
                                + " arrivals, %d tasks, %d work items",
                        plan.cpus,
                        plan.durationNs / 1e9,
                        100 * plan.coverage,
                        plan.costNs.length,
                        plan.actionKind.length,
                        plan.arrivalNs.length,
                        plan.tasks.size(),
                        plan.works.size()));
        lines.add(kinds(plan));
        lines.add(links(plan));
        sources(plan, lines);
        completions(plan, lines);
        paths(plan.paths, lines);
        for (String borrowed : plan.paths.borrowed) {
            lines.add("model: " + borrowed);
        }
        for (String note : plan.notes) {
            lines.add("note: " + note);
        }
        return lines;
    }

    private static String kinds(ReplayPlan plan) {
        var text = new StringBuilder("activities:");
        for (ActivityKind kind : ActivityKind.values()) {
            int count = 0;
            for (byte k : plan.activityKind) {
                count += k == kind.ordinal() ? 1 : 0;
            }
            text.append(' ').append(kind).append(' ').append(count);
        }
        return text.toString();
    }

    private static String links(ReplayPlan plan) {
        var text = new StringBuilder("actions:");
        for (ActionKind kind : ActionKind.values()) {
            int count = 0;
            int merged = 0;
            for (int a = 0; a < plan.actionKind.length; a++) {
                if (plan.actionKind[a] == kind.ordinal()) {
                    count++;
                    merged += plan.actionActivity[a] == ReplayPlan.NONE ? 1 : 0;
                }
            }
            text.append(' ').append(kind).append(' ').append(count);
            text.append(" (").append(merged).append(" without effect)");
        }
        return text.toString();
    }

    private static void sources(ReplayPlan plan, List<String> lines) {
        int[] open = new int[plan.sources.size()];
        int[] closed = new int[plan.sources.size()];
        for (int source : plan.arrivalSource) {
            open[source]++;
        }
        for (int a = 0; a < plan.actionKind.length; a++) {
            if (plan.actionKind[a] == ActionKind.REQUEST.ordinal()) {
                closed[plan.actionTarget[a]]++;
            }
        }
        for (Source source : plan.sources) {
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "source: %s %s (%d) cpu %d: %d open loop, %d closed loop%s",
                            source.kind(),
                            source.name(),
                            source.number(),
                            source.cpu(),
                            open[source.id()],
                            closed[source.id()],
                            source.movable() ? ", movable" : ""));
        }
    }

    private static void completions(ReplayPlan plan, List<String> lines) {
        long all = plan.counts.getOrDefault("completions", 0L);
        long quanta = plan.counts.getOrDefault("completions paired with a quantum", 0L);
        long works = plan.counts.getOrDefault("completions paired with a work item", 0L);
        if (all > 0) {
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "completions: %d of %d follow their request (%.1f %%): %d a task's, %d"
                                    + " a work item's; the rest comes at recorded times",
                            quanta + works,
                            all,
                            100.0 * (quanta + works) / all,
                            quanta,
                            works));
        }
    }

    private static void paths(PathCosts paths, List<String> lines) {
        lines.add("model: costs from " + paths.origin);
        for (CostPath path : CostPath.values()) {
            if (path.isNumber()) {
                number(lines, paths, path);
            } else {
                spread(lines, paths, path.key, path.of(paths));
            }
        }
    }

    private static void number(List<String> lines, PathCosts paths, CostPath path) {
        String made = path == CostPath.WAKE_TO_RESCHEDULE ? "difference of medians" : "one number";
        lines.add(
                String.format(
                        Locale.ROOT,
                        "model: %s %.2f us (%s, %d samples)",
                        path.key,
                        PathCosts.usual(path.of(paths)) / 1e3,
                        made,
                        paths.counts.getOrDefault(path.key, 0)));
    }

    private static void spread(List<String> lines, PathCosts paths, String field, long[] sorted) {
        lines.add(
                String.format(
                        Locale.ROOT,
                        "model: %s %.2f/%.2f/%.2f us p50/p90/p99 (%d samples)",
                        field,
                        StageRow.quantile(sorted, 0.5) / 1e3,
                        StageRow.quantile(sorted, 0.9) / 1e3,
                        StageRow.quantile(sorted, 0.99) / 1e3,
                        paths.counts.getOrDefault(field, 0)));
    }
}
