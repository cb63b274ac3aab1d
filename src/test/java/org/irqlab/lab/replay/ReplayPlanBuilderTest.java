package org.irqlab.lab.replay;

import static org.irqlab.support.TraceText.IDLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.PlanText;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReplayPlanBuilderTest {
    private static final int NET_RX = 3;
    private static final int BLOCK = 4;
    private static final int SCHED = 7;
    private static final int RCU = 9;

    @Test
    void costsOfInterruptedRunsAreNetOfWhatInterruptedThem() {
        var plan =
                new TraceText()
                        .irq(0, 0, 36, "disk")
                        .raise(1_000, 0, BLOCK)
                        .irqEnd(3_000, 0, 36)
                        .soft(3_400, 0, BLOCK)
                        .timer(4_000, 0)
                        .timerEnd(6_000, 0)
                        .softEnd(10_000, 0, BLOCK)
                        .plan();

        assertEquals(
                """
                0 DEVICE disk cpu0
                  TOP_HALF 3000
                    +1000 RAISE 4
                      SOFTIRQ 4600
                4000 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 2000
                """,
                PlanText.of(plan));
    }

    @Test
    void raiseOfPendingVectorHasNoRunOfItsOwn() {
        var plan =
                new TraceText()
                        .irq(0, 0, 36, "disk")
                        .raise(1_000, 0, BLOCK)
                        .raise(2_000, 0, BLOCK)
                        .irqEnd(3_000, 0, 36)
                        .soft(4_000, 0, BLOCK)
                        .softEnd(5_000, 0, BLOCK)
                        .plan();

        assertEquals(
                """
                0 DEVICE disk cpu0
                  TOP_HALF 3000
                    +1000 RAISE 4
                      SOFTIRQ 1000
                    +2000 RAISE 4
                      -
                """,
                PlanText.of(plan));
    }

    @Test
    void vectorRaisedDuringAPassRunsInTheNextOne() {
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .raise(1_000, 0, SCHED)
                        .raise(2_000, 0, RCU)
                        .timerEnd(3_000, 0)
                        .soft(4_000, 0, SCHED)
                        .raise(4_500, 0, RCU)
                        .softEnd(5_000, 0, SCHED)
                        .soft(5_500, 0, RCU)
                        .softEnd(6_500, 0, RCU)
                        .soft(7_000, 0, RCU)
                        .softEnd(9_000, 0, RCU)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 3000
                    +1000 RAISE 7
                      SOFTIRQ 1000
                        +500 RAISE 9
                          SOFTIRQ 2000
                    +2000 RAISE 9
                      SOFTIRQ 1000
                """,
                PlanText.of(plan));
    }

    @Test
    void interruptBeforeTheFirstRunRaisesForTheNextPass() {
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .raise(1_000, 0, SCHED)
                        .timerEnd(3_000, 0)
                        .serving(0, true)
                        .timer(3_500, 0)
                        .raise(4_000, 0, SCHED)
                        .timerEnd(4_500, 0)
                        .serving(0, false)
                        .soft(5_000, 0, SCHED)
                        .softEnd(6_000, 0, SCHED)
                        .soft(6_500, 0, SCHED)
                        .softEnd(8_500, 0, SCHED)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 3000
                    +1000 RAISE 7
                      SOFTIRQ 1000
                3500 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 1000
                    +500 RAISE 7
                      SOFTIRQ 2000
                """,
                PlanText.of(plan));
    }

    @Test
    void softirqHandedToKsoftirqdBelongsToItsRaise() {
        String ksoftirqd = "ksoftirqd/0-14";
        var plan =
                new TraceText()
                        .irq(0, 0, 36, "disk")
                        .raise(1_000, 0, BLOCK)
                        .wake(1_500, 0, ksoftirqd)
                        .irqEnd(3_000, 0, 36)
                        .switchTo(4_000, 0, "R", ksoftirqd)
                        .soft(5_000, 0, BLOCK)
                        .softEnd(7_000, 0, BLOCK)
                        .switchTo(8_000, 0, "S", IDLE)
                        .plan();

        assertEquals(
                """
                0 DEVICE disk cpu0
                  TOP_HALF 3000
                    +1000 RAISE 4
                      SOFTIRQ 2000
                """,
                PlanText.of(plan));
        assertTrue(plan.tasks.isEmpty(), "ksoftirqd is the machine's own");
    }

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
                        // 2,000 more, a raise whose run begins 400 later, and 3,000.
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
                      QUANTUM 10000
                        +7000 RAISE 3
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

    @Test
    void interruptThatNoEventRecordsIsAnArrivalIfItRaises() {
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .timerEnd(1_000, 0)
                        .unrecorded(0, true)
                        .raise(5_000, 0, SCHED)
                        .unrecorded(0, false)
                        .soft(5_500, 0, SCHED)
                        .softEnd(6_500, 0, SCHED)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 1000
                5000 IPI unrecorded/0 cpu0
                  TOP_HALF 0
                    +0 RAISE 7
                      SOFTIRQ 1000
                """,
                PlanText.of(plan));
    }

    @Test
    void ipiSentForARemoteWakeIsNotAnArrival() {
        String a = "a-100";
        var plan =
                new TraceText()
                        .timer(0, 0)
                        .waking(1_000, 0, a, 1)
                        .timerEnd(2_000, 0)
                        .vector(3_000, 1, "call_function_single", 251)
                        .wakeup(3_500, 1, a, 1)
                        .vectorEnd(4_000, 1, "call_function_single", 251)
                        .switchTo(5_000, 1, "R", a)
                        .vector(900_000, 1, "reschedule", 253)
                        .vectorEnd(901_000, 1, "reschedule", 253)
                        .switchTo(902_000, 1, "S", IDLE)
                        .plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 2000
                    +1000 WAKE a
                      QUANTUM 896000
                900000 IPI reschedule/1 cpu1
                  TOP_HALF 1000
                """,
                PlanText.of(plan));
        assertEquals(2_500, plan.paths.remoteWakeIdleNs[0]);
        assertEquals(1_500, plan.paths.remoteSwitchInNs[0]);
    }

    @Test
    void onlySourcesOfDeviceBottomHalvesAreMovable() {
        var plan =
                new TraceText()
                        .irq(0, 0, 36, "disk")
                        .raise(1_000, 0, BLOCK)
                        .irqEnd(3_000, 0, 36)
                        .soft(4_000, 0, BLOCK)
                        .softEnd(5_000, 0, BLOCK)
                        .irq(6_000, 0, 37, "stats")
                        .irqEnd(7_000, 0, 37)
                        .timer(8_000, 0)
                        .raise(8_500, 0, RCU)
                        .timerEnd(9_000, 0)
                        .soft(9_500, 0, RCU)
                        .softEnd(9_800, 0, RCU)
                        .raise(10_000, 0, NET_RX)
                        .soft(10_500, 0, NET_RX)
                        .softEnd(11_000, 0, NET_RX)
                        .plan();

        assertEquals(
                "[disk, NET_RX/0]",
                plan.sources.stream()
                        .filter(ReplayPlan.Source::movable)
                        .map(ReplayPlan.Source::name)
                        .toList()
                        .toString());
    }

    @Test
    void cpuNumbersOfThePlanLeaveNoHoles() {
        var plan =
                new TraceText()
                        .timer(0, 5)
                        .timerEnd(1_000, 5)
                        .timer(2_000, 300)
                        .timerEnd(3_000, 300)
                        .plan();

        assertEquals(2, plan.cpus);
        assertEquals(5, plan.recordedCpu[0]);
        assertEquals(300, plan.recordedCpu[1]);
        assertEquals(1, plan.arrivalCpu[1]);
        assertEquals(1, plan.sources.get(1).cpu());
    }
}
