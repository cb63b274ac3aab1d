package org.irqlab.lab.replay;

import static org.irqlab.support.TraceText.IDLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.PlanText;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LossOfEventsTest {
    private static final int BLOCK = 4;

    @Test
    void whatIsOpenAtALossIsLeftOutAndTheGapIsCut() {
        var text =
                new TraceText()
                        .timer(0, 1)
                        .timerEnd(1_000, 1)
                        .irq(2_000, 0, 36, "disk")
                        .irqEnd(4_000, 0, 36)
                        .irq(10_000, 0, 36, "disk")
                        .raise(11_000, 0, BLOCK)
                        .lost(0, 17)
                        .soft(51_000, 0, BLOCK)
                        .softEnd(53_000, 0, BLOCK)
                        .irq(60_000, 0, 36, "disk")
                        .irqEnd(62_000, 0, 36)
                        .timer(99_000, 1)
                        .timerEnd(100_000, 1);
        var plan = text.plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/1 cpu1
                  TOP_HALF 1000
                2000 DEVICE disk cpu0
                  TOP_HALF 2000
                11000 TASK_SOFTIRQ BLOCK/0 cpu0
                  -
                51000 TASK_SOFTIRQ BLOCK/0 cpu0
                  SOFTIRQ 2000
                60000 DEVICE disk cpu0
                  TOP_HALF 2000
                99000 LOCAL_TIMER local_timer/1 cpu1
                  TOP_HALF 1000
                """,
                PlanText.of(plan));
        assertEquals(1, plan.counts.get("device interrupts left out"));
        assertEquals(3, plan.counts.get("DEVICE interrupts"));
        // 40 of 2 x 100 us.
        assertEquals(0.8, plan.coverage, 1e-9);
        StageAnalysis stages = text.stages();
        assertEquals(2, stages.row(StageNames.top(36, "disk")).samples());
        assertEquals(0, stages.row(StageNames.raiseToEntry(BLOCK)).samples());
    }

    @Test
    void quantumAndWorkAcrossALossKeepWhatWasSeenOfThem() {
        String a = "a-100";
        String worker = "kworker/1:1-44";
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .wake(500, 0, a)
                        .timerEnd(1_000, 0)
                        .switchTo(2_000, 0, "R", a)
                        .queue(3_000, 1, 7, "fn", 1)
                        .switchTo(4_000, 1, "R", worker)
                        .start(5_000, 1, 7, "fn")
                        .waking(6_000, 0, "b-200", 0)
                        .waking(7_000, 1, "b-200", 0)
                        .lost(0, 5)
                        .lost(1, 5)
                        .on(0, a)
                        .switchTo(50_000, 0, "S", IDLE)
                        .on(1, worker)
                        .end(60_000, 1, 7, "fn")
                        .switchTo(61_000, 1, "I", IDLE)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 1000
                    +500 WAKE a
                      QUANTUM 4000
                        +4000 WAKE b
                          -
                3000 TASK_WORK TASK_WORK/1 cpu1
                  TASK_ACTION 0
                    +0 QUEUE_WORK fn
                      WORK 2000
                        +2000 WAKE b
                          -
                50000 TASK_WAKE TASK_WAKE/0 cpu0
                  TASK_ACTION 0
                    +0 WAKE a
                      QUANTUM 0
                """,
                PlanText.of(plan));
        assertEquals(2, plan.counts.get(PlanRecorder.CUT_BY_LOSS));
        assertTrue(plan.notes.toString().contains("2 losses of events"));
    }

    @Test
    void pairsWhoseStartIsGoneAreCountedOnly() {
        var text =
                new TraceText()
                        .unrecorded(0, true)
                        .irqEnd(0, 0, 36)
                        .serving(0, true)
                        .softEnd(1_000, 0, BLOCK)
                        .irq(5_000, 0, 36, "disk")
                        .irqEnd(6_000, 0, 36);
        var plan = text.plan();

        assertEquals(
                """
                5000 DEVICE disk cpu0
                  TOP_HALF 1000
                """,
                PlanText.of(plan));
        assertEquals(2, text.stages().timelineCounts().exitsWithoutEntry);
    }

    @Test
    void interruptWhoseExitIsGoneIsLeftOutWhenATaskRunsAgain() {
        var text =
                new TraceText()
                        .irq(0, 0, 36, "disk")
                        .unrecorded(0, false)
                        .on(0, "a-100")
                        .raise(5_000, 0, BLOCK)
                        .irq(6_000, 0, 36, "disk")
                        .irqEnd(7_000, 0, 36)
                        .soft(7_500, 0, BLOCK)
                        .softEnd(8_000, 0, BLOCK);
        var plan = text.plan();

        assertEquals(
                """
                5000 TASK_SOFTIRQ BLOCK/0 cpu0
                  SOFTIRQ 500
                6000 DEVICE disk cpu0
                  TOP_HALF 1000
                """,
                PlanText.of(plan));
        assertEquals(1, plan.counts.get("device interrupts left out"));
    }

    @Test
    void runsThatTheEndOfTheTraceCutsAreKept() {
        var plan =
                new TraceText()
                        .irq(0, 0, 36, "disk")
                        .irqEnd(1_000, 0, 36)
                        .irq(5_000, 0, 36, "disk")
                        .raise(6_500, 0, BLOCK)
                        .plan();

        assertEquals(
                """
                0 DEVICE disk cpu0
                  TOP_HALF 1000
                5000 DEVICE disk cpu0
                  TOP_HALF 1500
                    +1500 RAISE 4
                      -
                """,
                PlanText.of(plan));
        assertEquals(1, plan.counts.get(PlanRecorder.CUT_BY_END));
    }
}
