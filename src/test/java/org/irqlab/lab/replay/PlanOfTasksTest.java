package org.irqlab.lab.replay;

import static org.irqlab.lab.replay.SoftirqNumbers.NET_RX;
import static org.irqlab.support.TraceText.IDLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.PlanText;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PlanOfTasksTest {
    @Test
    void quantumIsNetOfInterruptsPreemptionAndPaths() {
        String a = "a-100";
        String b = "b-200";
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .wake(1_000, 0, a)
                        .timerEnd(2_000, 0)
                        .switchTo(10_000, 0, "R", a)
                        // 5,000 of its own, an interrupt that wakes b, and 1,500 to the switch.
                        .timer(15_000, 0)
                        .wake(16_000, 0, b)
                        .timerEnd(18_000, 0)
                        .switchTo(19_500, 0, "R", b)
                        .switchTo(30_000, 0, "S", a)
                        // 2,000 more, of which the way back takes 540 × 400/380; a raise
                        // whose run begins 400 later, and 3,000.
                        .raise(32_000, 0, NET_RX)
                        .soft(32_400, 0, NET_RX)
                        .poll(33_000, 0, 2)
                        .softEnd(34_400, 0, NET_RX)
                        .switchTo(37_400, 0, "S", IDLE)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 2000
                    +1000 WAKE a
                      QUANTUM 9432
                        +6432 RAISE 3
                          SOFTIRQ 2000 packets 2
                15000 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 3000
                    +1000 WAKE b
                      QUANTUM 10500
                """,
                PlanText.of(plan));
        assertEquals(1_500, PathCosts.usual(plan.paths.switchNs));
        assertEquals(400, PathCosts.usual(plan.paths.raiseToSoftirqInTaskNs));
        assertEquals(1, plan.paths.counts.get("idleExitNs"));
        assertEquals(8_000, plan.paths.idleExitNs[0]);
    }

    @Test
    void wakeOfAnAwakeTaskStartsNothing() {
        String a = "a-100";
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .wake(1_000, 0, a)
                        .timerEnd(2_000, 0)
                        .switchTo(3_000, 0, "R", a)
                        .timer(4_000, 0)
                        .wake(4_500, 0, a)
                        .timerEnd(5_000, 0)
                        .switchTo(9_000, 0, "S", IDLE)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 2000
                    +1000 WAKE a
                      QUANTUM 5000
                4000 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 1000
                    +500 WAKE a
                      -
                """,
                PlanText.of(plan));
    }

    @Test
    void wakeWhileTheTaskIsOnItsWayToSleepStartsTheNextQuantum() {
        String a = "a-100";
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .wake(1_000, 0, a)
                        .timerEnd(2_000, 0)
                        .switchTo(3_000, 0, "R", a)
                        .timer(4_000, 1)
                        .waking(4_500, 1, a, 0)
                        .timerEnd(5_000, 1)
                        .switchTo(6_000, 0, "S", IDLE)
                        .unrecorded(0, true)
                        .wakeup(8_000, 0, a, 0)
                        .unrecorded(0, false)
                        .switchTo(9_000, 0, "R", a)
                        .switchTo(11_000, 0, "S", IDLE)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 2000
                    +1000 WAKE a
                      QUANTUM 3000
                4000 LOCAL_TIMER local_timer/1 cpu1
                  TOP_HALF 1000
                    +500 WAKE a
                      QUANTUM 2000
                """,
                PlanText.of(plan));
        assertEquals(1, plan.counts.get("IPIs of remote wakes"));
    }

    @Test
    void forkedTaskStartsWithTheWakeInItsParent() {
        String shell = "sh-100";
        String child = "sh-101";
        var plan =
                new TraceText()
                        .on(0, shell)
                        .timer(0, 0)
                        .timerEnd(1_000, 0)
                        .fork(3_000, 0, child, 0)
                        .switchTo(6_000, 0, "S", child)
                        .wake(7_000, 0, shell)
                        .switchTo(8_000, 0, "Z", shell)
                        .switchTo(9_000, 0, "S", IDLE)
                        .plan();

        assertEquals(
                """
                start sh
                  QUANTUM 5000
                    +2000 WAKE sh
                      QUANTUM 2000
                        +1000 WAKE sh
                          QUANTUM 1000
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 1000
                """,
                PlanText.of(plan));
        assertEquals(2, plan.tasks.size());
    }

    @Test
    void implicitSwitchInBeginsAfterTheUsualIdleExit() {
        String a = "a-100";
        String b = "b-200";
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .wake(1_000, 0, a)
                        .timerEnd(2_000, 0)
                        .switchTo(10_000, 0, "R", a)
                        .switchTo(20_000, 0, "S", IDLE)
                        // The switch from idle to b is missing: b's first event is its raise.
                        .timer(30_000, 1)
                        .wake(31_000, 1, b)
                        .timerEnd(32_000, 1)
                        .on(1, b)
                        .raise(45_000, 1, NET_RX)
                        .soft(45_500, 1, NET_RX)
                        .softEnd(46_500, 1, NET_RX)
                        .switchTo(48_500, 1, "S", IDLE)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 2000
                    +1000 WAKE a
                      QUANTUM 10000
                30000 LOCAL_TIMER local_timer/1 cpu1
                  TOP_HALF 2000
                    +1000 WAKE b
                      QUANTUM 7000
                        +5000 RAISE 3
                          SOFTIRQ 1000
                """,
                PlanText.of(plan));
        assertTrue(plan.notes.toString().contains("1 switch-ins from idle not recorded"));
    }

    @Test
    void quantumWithoutRecordedWakeArrivesAtItsSwitchIn() {
        String a = "a-100";
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .wake(500, 0, "b-200")
                        .timerEnd(1_000, 0)
                        .switchTo(5_000, 0, "R", a)
                        .switchTo(8_000, 0, "S", IDLE)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 1000
                    +500 WAKE b
                      -
                5000 TASK_WAKE TASK_WAKE/0 cpu0
                  TASK_ACTION 0
                    +0 WAKE a
                      QUANTUM 3000
                """,
                PlanText.of(plan));
    }

    @Test
    void wakeCostIsTheTimeFromWakingToWakeup() {
        String a = "a-100";
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .waking(1_000, 0, a, 0)
                        .wakeup(2_300, 0, a, 0)
                        .timerEnd(3_000, 0)
                        .switchTo(5_000, 0, "R", a)
                        .switchTo(8_000, 0, "S", IDLE)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 3000
                    +1000 WAKE a takes 1300
                      QUANTUM 3000
                """,
                PlanText.of(plan));
    }
}
