package org.irqlab.lab.replay;

import static org.irqlab.lab.replay.SoftirqNumbers.BLOCK;
import static org.irqlab.lab.replay.SoftirqNumbers.RCU;
import static org.irqlab.lab.replay.SoftirqNumbers.SCHED;
import static org.irqlab.support.TraceText.IDLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.PlanText;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PlanOfSoftirqsTest {
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
}
