package org.irqlab.lab.replay;

import static org.irqlab.support.TraceText.IDLE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.trace.TraceInput;
import org.irqlab.lab.trace.TracefsReader;
import org.irqlab.support.Calibrations;
import org.irqlab.support.PlanText;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/** What of a plan another machine's costs change, and what they leave. */
@Timeout(60)
class CalibratedPlanTest {
    private static final String A = "a-100";
    private static final String B = "b-200";
    private static final int BLOCK = 4;
    private static final int NET_RX = 3;

    @TempDir Path dir;

    private static ReplayPlan plan(TracefsReader reader, Calibration calibration) {
        var builder = new ReplayPlanBuilder(reader.names());
        reader.read(builder);
        return calibration == null ? builder.build() : builder.build(calibration, "c.json");
    }

    private ReplayPlan plan(TraceText trace, String path, String quantiles) throws IOException {
        return plan(trace.reader(), Calibrations.read(dir, path, quantiles));
    }

    private static TracefsReader bundled() {
        return new TracefsReader(TraceInput.bundled("fio-randread-qd1"), OptionalDouble.empty());
    }

    /**
     * a is preempted by b, which an interrupt wakes; waking takes 600, the switch 1,500, and the
     * way back 540 × 400/340: the softirq after the interrupt begins 400 behind it.
     */
    private static TraceText preemption() {
        return new TraceText()
                .timer(0, 0)
                .waking(1_000, 0, A, 0)
                .wakeup(1_600, 0, A, 0)
                .raise(2_000, 0, BLOCK)
                .timerEnd(3_000, 0)
                .soft(3_400, 0, BLOCK)
                .softEnd(4_000, 0, BLOCK)
                .switchTo(12_000, 0, "R", A)
                .timer(15_000, 0)
                .waking(16_000, 0, B, 0)
                .wakeup(16_600, 0, B, 0)
                .timerEnd(18_000, 0)
                .switchTo(19_500, 0, "R", B)
                .switchTo(30_000, 0, "S", A)
                .switchTo(33_000, 0, "S", IDLE);
    }

    @Test
    void ownCalibrationChangesNothing() throws IOException {
        ReplayPlan without = plan(bundled(), null);
        Path file = Calibrations.write(dir, Calibration.of(without.recordedPaths, "fio"));
        ReplayPlan with = plan(bundled(), CalibrationFile.read(file));

        assertArrayEquals(without.costNs, with.costNs);
        assertArrayEquals(without.actionOffsetNs, with.actionOffsetNs);
        assertArrayEquals(without.actionCostNs, with.actionCostNs);
        assertArrayEquals(without.activityIdleExitNs, with.activityIdleExitNs);
        for (CostPath path : CostPath.values()) {
            assertArrayEquals(path.of(without.paths), path.of(with.paths), path.key);
        }
        assertEquals(without.notes, with.notes);
        Predicate<String> costs = line -> !line.startsWith("model: costs from");
        assertEquals(
                PlanSummary.lines(without).stream().filter(costs).toList(),
                PlanSummary.lines(with).stream().filter(costs).toList());
    }

    @Test
    void whatIsTakenOutStaysTheTracesOwn() throws IOException {
        String before = PlanText.of(preemption().plan());
        ReplayPlan plan = plan(preemption(), "switchNs", "{\"0.5\": 900}");

        assertEquals(before, PlanText.of(plan));
        assertEquals(1_500, PathCosts.usual(plan.recordedPaths.switchNs));
        assertEquals(900, PathCosts.usual(plan.paths.switchNs));
    }

    @Test
    void localWakeIsExchangedInTheCostOfItsWaker() throws IOException {
        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 3900
                    +1000 WAKE a takes 1500
                      QUANTUM 5365
                    +2900 RAISE 4
                      SOFTIRQ 600
                15000 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 3900
                    +1000 WAKE b takes 1500
                      QUANTUM 10500
                """,
                PlanText.of(plan(preemption(), "wakeNs", "{\"0.5\": 1500}")));
    }

    @Test
    void wakeThatCostsLessThanItsRecordingIsNeverBelowNothing() throws IOException {
        ReplayPlan plan = plan(preemption(), "wakeNs", "{\"0.5\": 0}");
        assertEquals(2_400, plan.costNs[0]);
        assertEquals(0, plan.actionCostNs[0]);
        PlanText.check(plan);
    }

    @Test
    void remoteWakeIsNoTimeOfItsWaker() throws IOException {
        var trace =
                new TraceText()
                        .timer(0, 0)
                        .waking(200, 0, B, 0)
                        .wakeup(800, 0, B, 0)
                        .waking(1_000, 0, A, 1)
                        .wakeup(1_600, 0, A, 1)
                        .timerEnd(3_000, 0)
                        .switchTo(6_000, 1, "R", A)
                        .switchTo(9_000, 1, "S", IDLE);
        ReplayPlan plan = plan(trace, "wakeNs", "{\"0.5\": 1600}");

        assertEquals(4_000, plan.costNs[0], "the wake of b, on the waker's own CPU");
        assertEquals(1_600, plan.actionCostNs[0]);
        assertEquals(600, plan.actionCostNs[1]);
    }

    @Test
    void recordedExitFromIdleGivesWayToTheFilesUnlessItIsTheSame() throws IOException {
        var trace =
                new TraceText()
                        .timer(0, 0)
                        .wake(1_000, 0, A)
                        .timerEnd(2_000, 0)
                        .switchTo(10_000, 0, "R", A)
                        .switchTo(20_000, 0, "S", IDLE)
                        // The switch from idle to b is missing: b's first event is its raise.
                        .timer(30_000, 1)
                        .wake(31_000, 1, B)
                        .timerEnd(32_000, 1)
                        .on(1, B)
                        .raise(45_000, 1, NET_RX)
                        .soft(45_500, 1, NET_RX)
                        .softEnd(46_500, 1, NET_RX)
                        .switchTo(48_500, 1, "S", IDLE);
        ReplayPlan own = plan(trace.reader(), null);
        ReplayPlan same = plan(trace, "switchNs", "{\"0.5\": 1}");
        ReplayPlan other = plan(trace, "idleExitNs", "{\"0.5\": 50000}");

        assertEquals(List.of(8_000L), exits(own));
        assertEquals(List.of(8_000L), exits(same));
        assertEquals(List.of(), exits(other));
        assertArrayEquals(own.costNs, other.costNs);
        assertEquals(50_000, PathCosts.usual(other.paths.idleExitNs));
    }

    private static List<Long> exits(ReplayPlan plan) {
        return Arrays.stream(plan.activityIdleExitNs).filter(ns -> ns >= 0).boxed().toList();
    }

    @Test
    void reportSaysWhereTheCostsComeFrom() throws IOException {
        ReplayPlan own = preemption().plan();
        ReplayPlan other = plan(preemption(), "switchNs", "{\"0.5\": 900}");

        assertTrue(PlanSummary.lines(own).contains("model: costs from this trace"));
        String ownLines = String.join("\n", PlanSummary.lines(own));
        assertTrue(
                ownLines.contains("model: leaveToIdleNs 1.24 us (one number, 0 samples)"),
                ownLines);
        assertTrue(
                ownLines.contains(
                        "model: wakeToRescheduleNs 0.42 us (difference of medians, 0 samples)"),
                ownLines);
        List<String> lines = PlanSummary.lines(other);
        assertTrue(
                lines.contains("model: costs from c.json (calibrated from other)"),
                lines::toString);
        assertTrue(
                lines.contains("model: switchNs 0.90/0.90/0.90 us p50/p90/p99 (9 samples)"),
                lines::toString);
        assertTrue(
                lines.contains("model: idleExitNs: not in c.json, so this trace's own"),
                lines::toString);
        assertTrue(other.notes.toString().contains("path costs are those of c.json"));
        assertFalse(own.notes.toString().contains("path costs"));
    }

    @Test
    void roundingOfTheStampsIsThatOfTheReplayedTrace() throws IOException {
        Calibration fine = Calibration.of(preemption().plan().recordedPaths, "fine");
        assertFalse(fine.coarseClock());
        assertTrue(plan(bundled(), fine).paths.coarseClock);
    }
}
