package org.irqlab.lab.replay;

import static org.irqlab.lab.replay.SoftirqNumbers.BLOCK;
import static org.irqlab.lab.replay.SoftirqNumbers.NET_RX;
import static org.irqlab.lab.replay.SoftirqNumbers.RCU;
import static org.irqlab.lab.replay.SoftirqNumbers.SCHED;
import static org.irqlab.support.TraceText.IDLE;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.support.PlanText;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReplayPlanBuilderTest {
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
}
