package org.irqlab.lab.replay;

import static org.irqlab.support.TraceText.IDLE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.irqlab.support.PlanText;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CompletionPairingTest {
    private static final int NET_RX = 3;
    private static final int BLOCK = 4;
    private static final String READER = "fio-100";
    private static final String WORKER = "kworker/0:1H-44:100";

    /** A completion of 3,000 ns and its softirq of 2,000, which wakes the task or not. */
    private static TraceText completion(TraceText text, long ns, int vector, String woken) {
        text.irq(ns, 0, 36, "disk").raise(ns + 1_000, 0, vector).irqEnd(ns + 3_000, 0, 36);
        text.soft(ns + 3_500, 0, vector);
        if (woken != null) {
            text.wake(ns + 4_500, 0, woken);
        }
        return text.softEnd(ns + 5_500, 0, vector);
    }

    private static TraceText readerStartedByTimer() {
        return new TraceText()
                .timer(0, 0)
                .wake(1_000, 0, READER)
                .timerEnd(2_000, 0)
                .switchTo(3_000, 0, "R", READER)
                .switchTo(10_000, 0, "S", IDLE);
    }

    @Test
    void diskInterruptFollowsTheLastQuantumOfTheTaskThatItWakes() {
        TraceText text = completion(readerStartedByTimer(), 100_000, BLOCK, READER);
        text.switchTo(107_000, 0, "R", READER).switchTo(110_000, 0, "S", IDLE);
        completion(text, 200_000, BLOCK, READER);
        text.switchTo(207_000, 0, "R", READER).switchTo(209_000, 0, "S", IDLE);
        var plan = text.plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 2000
                    +1000 WAKE fio
                      QUANTUM 7000
                        +7000 REQUEST disk after 90000
                          TOP_HALF 3000
                            +1000 RAISE 4
                              SOFTIRQ 2000
                                +1000 WAKE fio
                                  QUANTUM 3000
                                    +3000 REQUEST disk after 90000
                                      TOP_HALF 3000
                                        +1000 RAISE 4
                                          SOFTIRQ 2000
                                            +1000 WAKE fio
                                              QUANTUM 2000
                """,
                PlanText.of(plan));
        assertEquals(2, plan.counts.get("completions paired with a quantum"));
    }

    @Test
    void wakeThroughAWorkItemPairsToo() {
        TraceText text = readerStartedByTimer();
        text.irq(100_000, 0, 36, "disk").raise(101_000, 0, BLOCK).irqEnd(103_000, 0, 36);
        text.soft(103_500, 0, BLOCK)
                .queue(104_000, 0, 9, "end_io", 0)
                .wake(104_000, 0, WORKER)
                .softEnd(105_500, 0, BLOCK);
        text.switchTo(106_000, 0, "R", WORKER)
                .start(107_000, 0, 9, "end_io")
                .wake(108_000, 0, READER)
                .end(109_000, 0, 9, "end_io")
                .switchTo(110_000, 0, "I", READER)
                .switchTo(112_000, 0, "S", IDLE);
        var plan = text.plan();

        assertEquals(
                """
                0 LOCAL_TIMER local_timer/0 cpu0
                  TOP_HALF 2000
                    +1000 WAKE fio
                      QUANTUM 7000
                        +7000 REQUEST disk after 90000
                          TOP_HALF 3000
                            +1000 RAISE 4
                              SOFTIRQ 2000
                                +500 QUEUE_WORK end_io
                                  WORK 2000
                                    +1000 WAKE fio
                                      QUANTUM 2000
                """,
                PlanText.of(plan));
    }

    @Test
    void interruptThatWakesNobodyOrAnAwakeTaskStaysAtItsTime() {
        TraceText text = completion(readerStartedByTimer(), 100_000, BLOCK, null);
        text.timer(150_000, 0).wake(150_500, 0, READER).timerEnd(151_000, 0);
        text.switchTo(152_000, 0, "R", READER);
        completion(text, 160_000, BLOCK, READER);
        text.switchTo(180_000, 0, "S", IDLE);
        var plan = text.plan();

        PlanText.check(plan);
        assertEquals(2, plan.counts.get("completions"));
        assertEquals(2, plan.counts.get("arrivals DEVICE"));
        assertNull(plan.counts.get("completions paired with a quantum"));
    }

    @Test
    void networkInterruptStaysAtItsTimeThoughItWakesATask() {
        TraceText text = completion(readerStartedByTimer(), 100_000, NET_RX, READER);
        text.switchTo(107_000, 0, "R", READER).switchTo(110_000, 0, "S", IDLE);
        var plan = text.plan();

        assertEquals(1, plan.counts.get("arrivals DEVICE"));
        assertNull(plan.counts.get("completions"));
    }

    @Test
    void firstInterruptAfterSendingWorkFollowsItIfDelaysAreAlike() {
        var text = new TraceText().on(0, READER);
        for (int i = 0; i < 40; i++) {
            sendAndComplete(text, 1_000_000L * i, 20_000 + 500L * i);
        }
        // Far from the others: open loop.
        sendAndComplete(text, 40_000_000, 400_000);
        var plan = text.plan();

        PlanText.check(plan);
        assertEquals(40, plan.counts.get("completions paired with a work item"));
        assertEquals(1, plan.counts.get("arrivals DEVICE"));
        long[] delays = plan.actionDelayNs;
        assertEquals(20_000, java.util.Arrays.stream(delays).filter(d -> d > 0).min().orElse(0));
        assertEquals(39_500, java.util.Arrays.stream(delays).max().orElse(0));
    }

    @Test
    void interruptsAfterSendingWorkStayAtTheirTimesIfDelaysDiffer() {
        var text = new TraceText().on(0, READER);
        for (int i = 0; i < 40; i++) {
            sendAndComplete(text, 1_000_000L * i, i % 2 == 0 ? 10_000 : 500_000);
        }
        var plan = text.plan();

        assertEquals(0, plan.counts.get("completions paired with a work item"));
        assertEquals(40, plan.counts.get("arrivals DEVICE"));
    }

    private static void sendAndComplete(TraceText text, long ns, long delayNs) {
        String function = "blk_mq_run_work_fn";
        text.queue(ns, 0, 7, function, 0)
                .wake(ns, 0, WORKER)
                .switchTo(ns + 1_000, 0, "D", WORKER)
                .start(ns + 2_000, 0, 7, function)
                .end(ns + 9_000, 0, 7, function)
                .switchTo(ns + 10_000, 0, "I", IDLE);
        completion(text, ns + 9_000 + delayNs, BLOCK, null);
        text.on(0, READER);
    }
}
