package org.irqlab.lab.compare;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.trace.TraceInput;
import org.irqlab.support.SenderTraces;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;

/** Pairs of traces that are refused, and why. */
@Timeout(60)
class TracePairTest {
    private static final int PACKETS = 1_000;
    private static final int BLOCK = 4;
    private final String softirq = SenderTraces.softirq(PACKETS).text();
    private final String threaded = SenderTraces.threaded(PACKETS).text();

    @Test
    void takesOneLoadUnderTwoSettings() {
        assertDoesNotThrow(() -> pair(softirq, threaded));
        assertDoesNotThrow(() -> strategy(softirq, threaded, Strategy.THREADED));
        assertDoesNotThrow(() -> strategy(softirq, softirq, Strategy.SOFTIRQ));
        assertDoesNotThrow(() -> strategy(threaded, threaded, Strategy.ORIGINAL));
    }

    @Test
    void refusesAnotherClock() {
        String coarse = threaded.replaceAll("(\\d\\.\\d{6})\\d{3}: ", "$1: ");
        String line = refusal(() -> pair(softirq, coarse));
        assertEquals(
                "B: another clock than A: seconds, rounded to 1 us against seconds, 1 ns"
                        + " (record both with the same trace_clock, on one machine)",
                line);
    }

    @ParameterizedTest
    @CsvSource({"901, true", "1099, true", "898, false", "1112, false"})
    void countsOfOneLoadDifferByTenPercentAtMost(int packets, boolean taken) {
        String other = SenderTraces.threaded(packets).text();
        if (taken) {
            assertDoesNotThrow(() -> pair(softirq, other));
            return;
        }
        String line = refusal(() -> pair(softirq, other));
        assertTrue(line.startsWith("B: another workload than A: "), line);
        assertTrue(line.contains("packets against 1,000, in 0.2 s against 0.2 s"), line);
    }

    @Test
    void networkDeviceMayInterruptLessOftenWhileAThreadPollsIt() {
        assertDoesNotThrow(() -> pair(interrupts("eth0", 3, 1_000), interrupts("eth0", 3, 600)));
        String line =
                refusal(() ->
                        pair(interrupts("disk", BLOCK, 1_000), interrupts("disk", BLOCK, 600)));
        assertTrue(line.contains(": 600 interrupts of disk against 1,000,"), line);
    }

    @Test
    void wakesAreTheLoadWhereNothingElseArrives() {
        String line = refusal(() -> pair(sleeper(1_000), sleeper(800)));
        assertTrue(line.contains(": 800 wakes of tasks against 1,000,"), line);
        assertDoesNotThrow(() -> pair(sleeper(1_000), sleeper(950)));
    }

    @ParameterizedTest
    @CsvSource({
        "napi_poll, napi:napi_poll",
        "sched_switch, sched:sched_switch",
        "sched_wak, 'sched:sched_waking, sched:sched_wakeup'",
        "local_timer, 'irq_vectors:local_timer_entry, irq_vectors:local_timer_exit'"
    })
    void refusesATraceWithoutEventsThatTheOtherHas(String without, String record) {
        String expected =
                ": events are missing that %s has: record "
                        + record
                        + " too (irqlab inspect says what a trace holds and which what-ifs it"
                        + " allows)";
        String lacking = without(threaded, without);
        assertEquals("B" + expected.formatted("A"), refusal(() -> pair(softirq, lacking)));
        assertEquals(
                "A" + expected.formatted("B"),
                refusal(() -> pair(without(softirq, without), threaded)));
    }

    @Test
    void refusesAWhatIfThatTheTraceDoesNotAllow() {
        String a = without(softirq, "sched_");
        String b = without(threaded, "sched_");
        String line = refusal(() -> strategy(a, b, Strategy.THREADED));
        assertTrue(
                line.startsWith(
                        "A: --what-if threaded cannot be held against a recording: no sched"
                                + " events"),
                line);
        assertTrue(line.contains("sched:sched_switch, sched:sched_waking"), line);
    }

    @Test
    void refusesWhatIsNotThreaded() {
        assertEquals(
                "B: is not of --what-if threaded: napi/ threads do 0 of its 1,000 polls"
                        + " (irqlab inspect shows a trace's tasks and polls)",
                refusal(() -> strategy(softirq, softirq, Strategy.THREADED)));
    }

    @Test
    void refusesABottomHalfOfAnInterruptThatIsNotThreaded() {
        String disk = interrupts("disk", BLOCK, 1_000);
        String line = refusal(() -> strategy(disk, disk, Strategy.THREADED));
        assertTrue(
                line.startsWith(
                        "B: is not of --what-if threaded: 0 wakes of irq/ threads for 1,000"),
                line);
    }

    @ParameterizedTest
    @EnumSource(
            value = Strategy.class,
            names = {"ORIGINAL"},
            mode = EnumSource.Mode.EXCLUDE)
    void refusesWhatWasRecordedThreadedAlready(Strategy strategy) {
        String line = refusal(() -> strategy(threaded, threaded, strategy));
        assertEquals(
                "A: recorded threaded already: napi/vB-1 does 1,000 of 1,000 polls in A, nothing is"
                        + " left to move (irqlab inspect shows a trace's tasks and polls)",
                line);
    }

    @ParameterizedTest
    @EnumSource(
            value = Strategy.class,
            names = {"INLINE", "TASKLET", "WORKQUEUE"})
    void refusesWhatIsStillInSoftirqs(Strategy strategy) {
        String line = refusal(() -> strategy(softirq, softirq, strategy));
        assertTrue(line.startsWith("B: is not of --what-if " + strategy.key() + ": 1,000"), line);
    }

    @ParameterizedTest
    @EnumSource(
            value = Strategy.class,
            names = {"ORIGINAL", "SOFTIRQ", "INLINE", "TASKLET", "WORKQUEUE"})
    void refusesWhatIsThreadedInstead(Strategy strategy) {
        String line = refusal(() -> strategy(softirq, threaded, strategy));
        assertTrue(line.contains("napi/vB-1 does 1,000 of 1,000 polls in B"), line);
        assertFalse(line.contains("\n"), line);
    }

    private static String refusal(org.junit.jupiter.api.function.Executable check) {
        return assertThrows(IllegalArgumentException.class, check).getMessage();
    }

    private static void pair(String a, String b) {
        PairCheck.check(read(a, "A"), read(b, "B"));
    }

    private static void strategy(String a, String b, Strategy strategy) {
        StrategyCheck.check(read(a, "A"), read(b, "B"), strategy);
    }

    private static TraceMeasurement read(String text, String name) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return TraceMeasurement.read(TraceInput.bytes(name, bytes), name, 0);
    }

    private static String without(String trace, String event) {
        return trace.lines()
                .filter(line -> !line.contains(": " + event))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** A device that raises a vector, which an idle CPU serves; two switches show all tasks. */
    private static String interrupts(String device, int vector, int count) {
        var trace = new TraceText();
        trace.timer(0, 0).wake(100, 0, "a-1").wake(200, 0, "b-2").timerEnd(1_000, 0);
        trace.switchTo(2_000, 0, "R", "a-1").switchTo(3_000, 0, "S", "b-2");
        trace.switchTo(4_000, 0, "S", TraceText.IDLE);
        for (int i = 1; i <= count; i++) {
            long ns = 100_000L * i;
            trace.irq(ns, 0, 36, device)
                    .raise(ns + 1_000, 0, vector)
                    .irqEnd(ns + 2_000, 0, 36)
                    .soft(ns + 2_400, 0, vector)
                    .softEnd(ns + 5_000, 0, vector);
        }
        return trace.text();
    }

    private static String sleeper(int count) {
        var trace = new TraceText();
        for (int i = 0; i < count; i++) {
            long ns = 100_000L * i;
            trace.timer(ns, 0)
                    .wake(ns + 1_000, 0, "a-1")
                    .timerEnd(ns + 2_000, 0)
                    .switchTo(ns + 5_000, 0, "R", "a-1")
                    .switchTo(ns + 9_000, 0, "S", TraceText.IDLE);
        }
        return trace.text();
    }
}
