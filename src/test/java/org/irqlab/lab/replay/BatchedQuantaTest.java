package org.irqlab.lab.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.support.PlanText;
import org.irqlab.support.ReceiverTraces;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class BatchedQuantaTest {
    private static ReceiverTraces half(int each) {
        return new ReceiverTraces().single(each).batched(each);
    }

    private static int deliveries(ReplayPlan plan) {
        int deliveries = 0;
        for (byte kind : plan.actionKind) {
            deliveries += kind == ActionKind.DELIVER.ordinal() ? 1 : 0;
        }
        return deliveries;
    }

    @Test
    void eventThatFindsItsReceiverAwakeIsDeliveredToIt() {
        String plan = PlanText.of(half(20).trace().plan());
        assertTrue(
                plan.endsWith(
                        """
                        390000000 DEVICE eth0 cpu0
                          TOP_HALF 1000
                            +500 RAISE 3
                              SOFTIRQ 2600
                                +600 WAKE rx takes 1000
                                  QUANTUM 3000 turn 2000
                                    +1000 RAISE 2
                                      SOFTIRQ 500
                        390014400 DEVICE eth0 cpu0
                          TOP_HALF 1000
                            +500 RAISE 3
                              SOFTIRQ 1600
                                +800 DELIVER rx takes 400
                                  QUANTUM 3000 turn 2000
                                    +1000 RAISE 2
                                      SOFTIRQ 500
                        """),
                plan);
    }

    @Test
    void turnAndPartsAreTheRecordedCost() {
        ReplayPlan plan = half(20).trace().plan();
        assertEquals(20, deliveries(plan));
        assertEquals(20, plan.counts.get("deliveries to tasks that were awake"));
        String notes = plan.notes.toString();
        assertTrue(
                notes.contains(
                        "task rx-300: 20 events found it awake, in 20 of 40 quanta, which are"
                                + " replayed in parts; 2.0 us once a turn"),
                notes);
        long ns = 0;
        for (int action = 0; action < plan.actionKind.length; action++) {
            int activity = plan.actionActivity[action];
            if (plan.actionKind[action] == ActionKind.WAKE.ordinal()) {
                ns += plan.costNs[activity] + plan.activityTurnNs[activity];
            } else if (plan.actionKind[action] == ActionKind.DELIVER.ordinal()) {
                ns += plan.costNs[activity];
            }
        }
        assertEquals(20 * 5_000 + 20 * 8_000, ns);
    }

    @Test
    void quantumOfOneEventIsATurnAndThatEvent() {
        String plan = PlanText.of(half(20).trace().plan());
        assertTrue(
                plan.startsWith(
                        """
                        0 DEVICE eth0 cpu0
                          TOP_HALF 1000
                            +500 RAISE 3
                              SOFTIRQ 2600
                                +600 WAKE rx takes 1000
                                  QUANTUM 3000 turn 2000
                        10000000 DEVICE
                        """
                                .strip()),
                plan);
    }

    /** Without the costs of both kinds of quanta there is no telling what a turn costs. */
    @Test
    void turnIsNothingWhereTheTraceDoesNotTell() {
        ReplayPlan plan = new ReceiverTraces().single(1).batched(20).trace().plan();
        String text = PlanText.of(plan);
        assertEquals(20, deliveries(plan));
        assertFalse(text.contains("turn"), text);
        assertTrue(text.contains("DELIVER rx takes 400\n          QUANTUM 4000\n"), text);
        assertTrue(text.contains("WAKE rx takes 1000\n          QUANTUM 4000\n"), text);
    }

    /** What the ways to the other task and back took is in no part, and moves no action. */
    @Test
    void partsOfAPreemptedQuantumAreThoseOfAnyOther() {
        // The softirqs follow their interrupts after 400 ns: the way back is 540 × 400/340.
        String plan = PlanText.of(half(20).preempted(635).trace().plan());
        assertTrue(
                plan.endsWith(
                        """
                        400000000 DEVICE eth0 cpu0
                          TOP_HALF 1000
                            +500 RAISE 3
                              SOFTIRQ 2600
                                +600 WAKE rx takes 1000
                                  QUANTUM 3000 turn 2000
                                    +1000 RAISE 2
                                      SOFTIRQ 500
                        400013400 LOCAL_TIMER local_timer/0 cpu0
                          TOP_HALF 1000
                            +600 WAKE other
                              QUANTUM 4000
                        400021535 DEVICE eth0 cpu0
                          TOP_HALF 1000
                            +500 RAISE 3
                              SOFTIRQ 1600
                                +800 DELIVER rx takes 400
                                  QUANTUM 3000 turn 2000
                                    +1000 RAISE 2
                                      SOFTIRQ 500
                        """),
                plan.substring(plan.length() - 1_200));
    }

    /** The parts are in order of time, whichever device they are of. */
    @ParameterizedTest
    @CsvSource({"0, 1", "1, 0"})
    void actionsStayWithTheirEventWhereSeveralDevicesDeliver(int second, int third) {
        ReceiverTraces both = half(20).singleOfSecond(20).batchedOfBoth(second, third);
        String plan = PlanText.of(both.trace().plan());
        String part =
                """
                %d DEVICE eth%d cpu0
                  TOP_HALF 1000
                    +500 RAISE 3
                      SOFTIRQ 1600
                        +800 DELIVER rx%s
                          QUANTUM 3000 turn 2000
                            +%d RAISE 2
                              SOFTIRQ 500
                """;
        // The second device has too few runs that do not wake to tell what a wake costs beside.
        String[] takes = {" takes 400", ""};
        long ns = 60 * ReceiverTraces.PERIOD_NS + 9_000;
        String parts =
                part.formatted(ns + 4_000, second, takes[second], 1_000)
                        + part.formatted(ns + 11_500, third, takes[third], 1_500);
        assertTrue(plan.endsWith(parts), plan.substring(plan.length() - 1_000));
    }

    @Test
    void deliveriesWhoseRunsCostAsMuchAsThoseThatWakeTakeNothingBeside() {
        String plan = PlanText.of(new ReceiverTraces().single(20).batched(2).trace().plan());
        assertTrue(plan.contains("+800 DELIVER rx\n          QUANTUM 4000\n"), plan);
    }

    @ParameterizedTest
    @CsvSource({"20, 20", "19, 0"})
    void receiverIsLearntFromTwentyWakes(int quanta, int deliveries) {
        assertEquals(deliveries, deliveries(new ReceiverTraces().batched(quanta).trace().plan()));
    }

    @ParameterizedTest
    @CsvSource({"4, 20", "5, 0"})
    void quantaStayWholeWhereASecondTaskIsWoken(int others, int deliveries) {
        assertEquals(deliveries, deliveries(half(20).others(others).trace().plan()));
    }

    @ParameterizedTest
    @CsvSource({"4, 20", "5, 0"})
    void quantaStayWholeWhereASleeperIsNotWoken(int unheard, int deliveries) {
        assertEquals(deliveries, deliveries(half(20).unheard(unheard).trace().plan()));
    }

    @Test
    void quantumWhoseWakeWasNotRecordedStaysWhole() {
        assertEquals(20, deliveries(half(20).unexplained().trace().plan()));
    }

    /** Of the runs that find the receiver asleep most wake it: beside the wake they cost 400. */
    @Test
    void wakeThatTurnsOutToBeNoneSavesWhatAWakingRunCostsMore() {
        ReplayPlan plan = half(20).trace().plan();
        for (int action = 0; action < plan.actionKind.length; action++) {
            if (plan.actionKind[action] == ActionKind.WAKE.ordinal()) {
                assertEquals(600 + 400, plan.actionCostNs[action]);
            }
        }
        ReplayPlan whole = new ReceiverTraces().single(20).trace().plan();
        assertEquals(ActionKind.WAKE.ordinal(), whole.actionKind[1]);
        assertEquals(600, whole.actionCostNs[1]);
    }
}
