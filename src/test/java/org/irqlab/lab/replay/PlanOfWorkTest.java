package org.irqlab.lab.replay;

import static org.irqlab.lab.replay.SoftirqNumbers.NET_RX;
import static org.irqlab.support.TraceText.IDLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.PlanText;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PlanOfWorkTest {
    @Test
    void withoutSwitchesOfTasksTheirRaisesAndQueueingsAreArrivals() {
        String worker = "kworker/0:1H-44:100";
        var plan =
                new TraceText()
                        .on(0, "ping-100")
                        .raise(0, 0, NET_RX)
                        .raise(200, 0, NET_RX)
                        .soft(500, 0, NET_RX)
                        .softEnd(2_500, 0, NET_RX)
                        .queue(4_000, 0, 7, "requeue_fn", 0)
                        .waking(4_500, 0, worker, 0)
                        .wakeup(5_000, 0, worker, 0)
                        .switchTo(6_000, 0, "D", worker)
                        .start(7_000, 0, 7, "requeue_fn")
                        .end(9_000, 0, 7, "requeue_fn")
                        .switchTo(9_800, 0, "I", IDLE)
                        .plan();

        assertFalse(plan.seesTasks);
        assertTrue(plan.tasks.isEmpty());
        assertEquals(
                """
                0 TASK_SOFTIRQ NET_RX/0 cpu0
                  SOFTIRQ 2000
                200 TASK_SOFTIRQ NET_RX/0 cpu0
                  -
                4000 TASK_WORK TASK_WORK/0 cpu0
                  TASK_ACTION 1000
                    +0 QUEUE_WORK requeue_fn takes 1000
                      WORK 2000
                """,
                PlanText.of(plan));
        assertTrue(plan.works.get(0).highPriority());
        assertEquals(1_000, PathCosts.usual(plan.paths.workerStartNs));
        assertEquals(800, PathCosts.usual(plan.paths.workerLeaveNs));
    }

    @Test
    void workQueuedAgainBeforeItStartedRunsOnceForTheLastQueueing() {
        String worker = "kworker/0:1-44";
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .queue(1_000, 0, 7, "fn", 0)
                        .timerEnd(2_000, 0)
                        .timer(3_000, 0)
                        .queue(4_000, 0, 7, "fn", 0)
                        .timerEnd(5_000, 0)
                        .switchTo(6_000, 0, "R", worker)
                        .start(7_000, 0, 7, "fn")
                        .end(9_000, 0, 7, "fn")
                        .start(9_500, 0, 8, "other")
                        .end(9_900, 0, 8, "other")
                        .switchTo(10_000, 0, "I", IDLE)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 2000
                    +1000 QUEUE_WORK fn
                      -
                3000 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 2000
                    +1000 QUEUE_WORK fn
                      WORK 2000
                9500 TASK_WORK TASK_WORK/0 cpu0
                  TASK_ACTION 0
                    +0 QUEUE_WORK other
                      WORK 400
                """,
                PlanText.of(plan));
        assertEquals(1, plan.counts.get("work queued again before it started"));
    }

    @Test
    void workIsNetOfSleepAndPreemptionOfItsWorker() {
        String worker = "kworker/u8:1-44";
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .queue(1_000, 0, 7, "fn", -1)
                        .timerEnd(2_000, 0)
                        .switchTo(3_000, 0, "R", worker)
                        .start(4_000, 0, 7, "fn")
                        .switchTo(6_000, 0, "D", IDLE)
                        .switchTo(16_000, 0, "R", worker)
                        .end(19_000, 0, 7, "fn")
                        .switchTo(20_000, 0, "I", IDLE)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 2000
                    +1000 QUEUE_WORK fn
                      WORK 5000
                """,
                PlanText.of(plan));
        assertTrue(plan.works.get(0).unbound());
        assertEquals(1, plan.counts.get("work executions that slept"));
        assertEquals(10_000, plan.counts.get("ns slept in work"));
    }
}
