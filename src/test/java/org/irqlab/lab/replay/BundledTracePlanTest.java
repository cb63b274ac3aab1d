package org.irqlab.lab.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.lab.replay.ReplayPlan.ActivityKind;
import org.irqlab.lab.replay.ReplayPlan.Source;
import org.irqlab.lab.replay.ReplayPlan.SourceKind;
import org.irqlab.lab.trace.TraceInput;
import org.irqlab.lab.trace.TracefsReader;
import org.irqlab.support.PlanText;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Arrays;
import java.util.OptionalDouble;

/** Counts in the plan of the bundled trace against those that grep finds in it. */
@Timeout(60)
class BundledTracePlanTest {
    private static ReplayPlan plan;
    private static StageAnalysis stages;

    @BeforeAll
    static void read() {
        var reader =
                new TracefsReader(TraceInput.bundled("fio-randread-qd1"), OptionalDouble.empty());
        var builder = new ReplayPlanBuilder(reader.names());
        reader.read(builder);
        plan = builder.build();
        stages = builder.stages();
    }

    private static long inPlan(SourceKind kind) {
        long arrivals =
                Arrays.stream(plan.arrivalSource)
                        .filter(source -> plan.sources.get(source).kind() == kind)
                        .count();
        long requests = 0;
        for (int a = 0; a < plan.actionKind.length; a++) {
            boolean request = plan.actionKind[a] == ActionKind.REQUEST.ordinal();
            if (request && plan.sources.get(plan.actionTarget[a]).kind() == kind) {
                requests++;
            }
        }
        return arrivals + requests;
    }

    private static long actions(ActionKind kind, boolean withEffect) {
        long count = 0;
        for (int a = 0; a < plan.actionKind.length; a++) {
            boolean effect = plan.actionActivity[a] >= 0;
            count += plan.actionKind[a] == kind.ordinal() && effect == withEffect ? 1 : 0;
        }
        return count;
    }

    private static long activities(ActivityKind kind) {
        long count = 0;
        for (byte each : plan.activityKind) {
            count += each == kind.ordinal() ? 1 : 0;
        }
        return count;
    }

    @Test
    void everyDeviceInterruptIsAnArrivalOrARequest() {
        assertEquals(3345, inPlan(SourceKind.DEVICE));
    }

    @Test
    void everyLocalTimerInterruptIsAnArrival() {
        assertEquals(3933, inPlan(SourceKind.LOCAL_TIMER));
    }

    @Test
    void everyRaiseIsAnActionOrAnArrival() {
        long raises = actions(ActionKind.RAISE, true) + actions(ActionKind.RAISE, false);
        assertEquals(3728, raises + inPlan(SourceKind.TASK_SOFTIRQ));
        assertEquals(3728, activities(ActivityKind.SOFTIRQ));
    }

    @Test
    void everyQueueingIsAnActionAndEveryExecutionHasOne() {
        assertEquals(57, actions(ActionKind.QUEUE_WORK, true));
        assertEquals(91 - 57, actions(ActionKind.QUEUE_WORK, false));
        assertEquals(57, activities(ActivityKind.WORK));
        assertEquals(34, plan.counts.get("work queued again before it started"));
    }

    @Test
    void everythingIsSetOffByExactlyOneThing() {
        PlanText.check(plan);
    }

    @Test
    void onlyTheDiskIsMovable() {
        assertEquals(
                "[virtio1-req.0]",
                plan.sources.stream()
                        .filter(Source::movable)
                        .map(Source::name)
                        .toList()
                        .toString());
        assertEquals(2, plan.cpus);
        assertEquals(4_386_788_000L, plan.durationNs);
    }

    @Test
    void blockSoftirqsBeginAboutAMicrosecondAfterTheirRaise() {
        StageRow row = stages.row(StageNames.raiseToEntry(4));

        assertEquals(3341, row.samples());
        assertEquals(1_000, row.p50());
        assertTrue(plan.paths.coarseClock);
        long ns = PathCosts.usual(plan.paths.irqExitToSoftirqNs);
        assertTrue(ns > 200 && ns < 700, "irqExitToSoftirqNs=" + ns);
        assertTrue(plan.paths.counts.get("irqExitToSoftirqNs") > 3_000);
    }

    @Test
    void summaryNamesSourcesPathsAndNotes() {
        String text = String.join("\n", PlanSummary.lines(plan));

        assertTrue(text.contains("DEVICE virtio1-req.0 (36) cpu 1: "), text);
        assertTrue(text.contains("model: irqExitToSoftirqNs"), text);
        assertTrue(text.contains("note: no switches of ordinary tasks"), text);
    }
}
