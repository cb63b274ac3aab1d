package org.irqlab.lab.replay;

import static org.irqlab.support.TraceText.IDLE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.replay.StageNames.WakeTarget;
import org.irqlab.lab.timeline.ContextFrame.RaiseOrigin;
import org.irqlab.lab.timeline.TaskClass;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StageAnalysisTest {
    private static final int TIMER = 1;
    private static final int NET_RX = 3;
    private static final int BLOCK = 4;
    private static final int RCU = 9;

    private static void samples(StageAnalysis stages, String name, long... expected) {
        assertArrayEquals(expected, stages.samples(name), name);
    }

    @Test
    void measuresHandlersNetOfNesting() {
        var stages =
                new TraceText()
                        .irq(0, 0, 36, "disk")
                        .raise(1_000, 0, BLOCK)
                        .irqEnd(3_000, 0, 36)
                        .soft(3_400, 0, BLOCK)
                        .timer(4_000, 0)
                        .timerEnd(6_000, 0)
                        .softEnd(10_000, 0, BLOCK)
                        .vector(20_000, 0, "reschedule", 253)
                        .vectorEnd(20_700, 0, "reschedule", 253)
                        .stages();

        samples(stages, StageNames.top(36, "disk"), 3_000);
        samples(stages, StageNames.softirq(BLOCK), 4_600);
        samples(stages, StageNames.topVector("local_timer"), 2_000);
        samples(stages, StageNames.topVector("reschedule"), 700);
        assertEquals(3, stages.counts().get("interrupts"));
        assertEquals(1, stages.counts().get("device interrupts"));
    }

    @Test
    void raiseToEntryTellsWhereRaisedAndWhetherEnteredDirectly() {
        var stages =
                new TraceText()
                        .timer(0, 0)
                        .raise(1_000, 0, TIMER)
                        .raise(1_500, 0, RCU)
                        .raise(1_700, 0, RCU)
                        .timerEnd(3_000, 0)
                        .soft(3_300, 0, TIMER)
                        .softEnd(5_000, 0, TIMER)
                        .soft(5_200, 0, RCU)
                        .raise(5_400, 0, RCU)
                        .softEnd(6_000, 0, RCU)
                        .soft(6_100, 0, RCU)
                        .softEnd(7_000, 0, RCU)
                        .on(0, "a-100")
                        .raise(10_000, 0, NET_RX)
                        .soft(10_400, 0, NET_RX)
                        .softEnd(11_000, 0, NET_RX)
                        .stages();

        samples(stages, StageNames.raiseToEntry(TIMER, RaiseOrigin.INTERRUPT, true), 2_300);
        samples(stages, StageNames.raiseToEntry(RCU, RaiseOrigin.INTERRUPT, false), 3_700);
        samples(stages, StageNames.raiseToEntry(RCU, RaiseOrigin.SOFTIRQ, true), 700);
        samples(stages, StageNames.raiseToEntry(NET_RX, RaiseOrigin.TASK, true), 400);
        samples(stages, StageNames.raiseToEntry(RCU), 700, 3_700);
        samples(stages, StageNames.IRQ_EXIT_TO_SOFTIRQ, 300);
        samples(stages, StageNames.SOFTIRQ_TO_SOFTIRQ, 100, 200);
        samples(stages, StageNames.TASK_RAISE_TO_SOFTIRQ, 400);
        assertEquals(1, stages.counts().get("softirq raises merged"));
    }

    @Test
    void entryThatAnotherInterruptDelaysIsNotDirectlyAfterItsOwn() {
        var stages =
                new TraceText()
                        .on(0, "a-100")
                        .timer(0, 0)
                        .raise(1_000, 0, TIMER)
                        .timerEnd(2_000, 0)
                        .wake(4_000, 0, "b-200")
                        .soft(9_000, 0, TIMER)
                        .softEnd(9_500, 0, TIMER)
                        .stages();

        samples(stages, StageNames.raiseToEntry(TIMER, RaiseOrigin.INTERRUPT, false), 8_000);
        samples(stages, StageNames.IRQ_EXIT_TO_SOFTIRQ);
    }

    @Test
    void localWakesAreSplitByWhatTheCpuDid() {
        String a = "a-100";
        String b = "b-200";
        String c = "napi/vB-1-300";
        var stages =
                new TraceText()
                        // Idle.
                        .timer(0, 0)
                        .waking(1_000, 0, a, 0)
                        .wakeup(1_400, 0, a, 0)
                        .timerEnd(2_000, 0)
                        .switchTo(9_000, 0, "R", a)
                        // Busy, preempting, from an interrupt.
                        .timer(12_000, 0)
                        .wake(13_000, 0, b)
                        .timerEnd(14_000, 0)
                        .switchTo(15_500, 0, "R", b)
                        // Busy, preempting, from the task itself.
                        .wake(17_000, 0, c)
                        .switchTo(18_200, 0, "R", c)
                        .switchTo(20_000, 0, "S", b)
                        // Busy, waiting until the task sleeps.
                        .wake(21_000, 0, c)
                        .switchTo(26_000, 0, "S", c)
                        .switchTo(27_000, 0, "S", a)
                        .switchTo(29_000, 0, "S", IDLE)
                        .stages();

        samples(stages, StageNames.wakingToIn(true, WakeTarget.IDLE, TaskClass.USER), 8_000);
        samples(stages, StageNames.wakingToIn(true, WakeTarget.PREEMPTED, TaskClass.USER), 2_500);
        samples(stages, StageNames.wakingToIn(true, WakeTarget.PREEMPTED, TaskClass.NAPI), 1_200);
        samples(stages, StageNames.wakingToIn(true, WakeTarget.AWAITED, TaskClass.NAPI), 5_000);
        samples(stages, StageNames.IDLE_EXIT, 7_000);
        samples(stages, StageNames.PREEMPT_AFTER_IRQ, 1_500);
        samples(stages, StageNames.PREEMPT_AFTER_WAKE, 1_200);
        samples(stages, StageNames.WAKE_LOCAL, 0, 0, 0, 400);
        // a: 3,000 before the interrupt, 1,500 to the switch, 2,000 at the end.
        samples(stages, StageNames.quantum(TaskClass.USER), 6_500, 8_700);
        samples(stages, StageNames.quantum(TaskClass.NAPI), 1_000, 1_800);
        assertEquals(4, stages.counts().get("wakes of tasks"));
        assertEquals(0, stages.counts().get("wakes of tasks merged"));
        assertTrue(stages.seesTasks());
    }

    @Test
    void remoteWakesAreSplitByWhatTheOtherCpuDid() {
        String a = "a-100";
        String b = "b-200";
        var stages =
                new TraceText()
                        .timer(0, 1)
                        .timerEnd(100, 1)
                        .timer(1_000, 0)
                        .waking(2_000, 0, a, 1)
                        .timerEnd(3_000, 0)
                        .unrecorded(1, true)
                        .wakeup(22_000, 1, a, 1)
                        .unrecorded(1, false)
                        .switchTo(30_000, 1, "R", a)
                        .timer(40_000, 0)
                        .waking(41_000, 0, b, 1)
                        .wakeup(43_000, 0, b, 1)
                        .timerEnd(44_000, 0)
                        .switchTo(48_000, 1, "R", b)
                        .switchTo(50_000, 1, "S", a)
                        .switchTo(51_000, 1, "S", IDLE)
                        .timer(80_000, 1)
                        .timerEnd(100_000, 1)
                        .stages();

        samples(stages, StageNames.WAKE_REMOTE_IDLE, 20_000);
        samples(stages, StageNames.REMOTE_IDLE_SWITCH, 8_000);
        samples(stages, StageNames.wakingToIn(false, WakeTarget.IDLE, TaskClass.USER), 28_000);
        samples(stages, StageNames.WAKE_REMOTE_BUSY, 2_000);
        samples(stages, StageNames.REMOTE_BUSY_SWITCH, 5_000);
        samples(stages, StageNames.wakingToIn(false, WakeTarget.PREEMPTED, TaskClass.USER), 7_000);
        // 30,000 to 51,000 busy, and two timers of 100 and 20,000.
        assertEquals(0.589, stages.idleShare(1), 1e-9);
    }

    @Test
    void implicitSwitchInIsMeasuredToTheFirstEventAndKeptApart() {
        String a = "a-100";
        var stages =
                new TraceText()
                        .timer(0, 1)
                        .wake(1_000, 1, a)
                        .timerEnd(2_000, 1)
                        .on(1, a)
                        .raise(15_000, 1, NET_RX)
                        .soft(15_400, 1, NET_RX)
                        .softEnd(16_000, 1, NET_RX)
                        .switchTo(18_000, 1, "S", IDLE)
                        .stages();

        samples(stages, StageNames.wakingToFirstEvent(true, TaskClass.USER), 14_000);
        samples(stages, StageNames.wakingToIn(true, WakeTarget.IDLE, TaskClass.USER));
        samples(stages, StageNames.IDLE_EXIT);
        samples(stages, StageNames.quantum(TaskClass.USER));
        samples(stages, StageNames.quantumFromFirstEvent(TaskClass.USER), 2_000);
        assertEquals(1, stages.counts().get("implicit switch-ins"));
    }

    @Test
    void workIsMeasuredByPoolAndByFunction() {
        String high = "kworker/0:1H-44:100";
        String unbound = "kworker/u8:3-45";
        var stages =
                new TraceText()
                        .timer(0, 0)
                        .queue(1_000, 0, 7, "high_fn", 0)
                        .wake(1_500, 0, high)
                        .queue(1_600, 0, 8, "next_fn", 0)
                        .queue(1_700, 0, 9, "loose_fn", -1)
                        .wake(1_800, 0, unbound)
                        .timerEnd(2_000, 0)
                        .switchTo(9_000, 0, "R", high)
                        .start(10_000, 0, 7, "high_fn")
                        .timer(11_000, 0)
                        .timerEnd(11_500, 0)
                        .end(13_000, 0, 7, "high_fn")
                        .start(13_400, 0, 8, "next_fn")
                        .end(14_000, 0, 8, "next_fn")
                        .switchTo(15_100, 0, "I", unbound)
                        .start(16_000, 0, 9, "loose_fn")
                        .end(19_000, 0, 9, "loose_fn")
                        .switchTo(20_000, 0, "I", IDLE)
                        .stages();

        samples(stages, StageNames.queueToStart("high"), 9_000, 11_800);
        samples(stages, StageNames.queueToStart("unbound"), 14_300);
        samples(stages, StageNames.queueToStart("next_fn"), 11_800);
        samples(stages, StageNames.work("high"), 600, 2_500);
        samples(stages, StageNames.work("high_fn"), 2_500);
        samples(stages, StageNames.work("unbound"), 3_000);
        samples(stages, StageNames.WORKER_START, 900, 1_000);
        samples(stages, StageNames.WORKER_NEXT, 400);
        samples(stages, StageNames.WORKER_LEAVE, 1_000, 1_100);
        samples(stages, StageNames.wakingToIn(true, WakeTarget.IDLE, TaskClass.WORKER), 7_500);
        samples(stages, StageNames.wakingToIn(true, WakeTarget.AWAITED, TaskClass.WORKER), 13_300);
    }

    @Test
    void taintedSamplesAreInTheSetOfAllOnly() {
        var text =
                new TraceText()
                        .irq(0, 0, 36, "disk")
                        .irqEnd(3_000, 0, 36)
                        .irq(10_000, 0, 36, "disk")
                        .irqEnd(14_000, 0, 36)
                        .irq(20_000, 1, 36, "disk")
                        .irqEnd(25_000, 1, 36);
        var reader = text.reader();
        var stages =
                new StageAnalysis(
                        reader.names(),
                        (cpu, fromNs, toNs) -> cpu == 0 && fromNs <= 12_000 && toNs >= 12_000);
        reader.read(stages);

        String top = StageNames.top(36, "disk");
        assertArrayEquals(new long[] {3_000, 4_000, 5_000}, stages.samples(top));
        assertArrayEquals(new long[] {3_000, 5_000}, stages.cleanSamples(top));
        assertEquals(3, stages.row(top).samples());
        long clean =
                stages.cleanRows().stream()
                        .filter(row -> row.name().equals(top))
                        .mapToLong(StageRow::samples)
                        .sum();
        assertEquals(2, clean);
    }

    @Test
    void percentilesAreByNearestRank() {
        long[] sorted = new long[1_000];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = i + 1;
        }
        StageRow row = StageRow.of("row", sorted);

        assertEquals(500, row.p50());
        assertEquals(900, row.p90());
        assertEquals(990, row.p99());
        assertEquals(999, row.p999());
        assertEquals(1_000, row.max());
        assertEquals(500.5, row.mean());
        assertEquals(0, StageRow.of("none", new long[0]).p99());
    }
}
