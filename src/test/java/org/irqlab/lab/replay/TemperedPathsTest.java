package org.irqlab.lab.replay;

import static org.irqlab.support.TraceText.IDLE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

/** Which samples of a capture stand for a path whose code the CPU has run shortly before. */
@Timeout(30)
class TemperedPathsTest {
    private static final String HOG = "hog-100";
    private static final String URGENT = "urgent-200";
    private static final int TIMER = 1;
    private static final int ENOUGH = 20;
    private static final long COLD_AFTER_NS = 10_000_000;
    private static final long WARM_AFTER_NS = 1_000_000;
    private static final long HOT_AFTER_NS = 100_000;

    private final TraceText trace = new TraceText().on(0, HOG);
    private long nowNs;

    /** An interrupt wakes a task that takes the CPU from another. */
    private void preemption(long afterNs, long wakeNs, long switchNs) {
        preemption(afterNs, wakeNs, switchNs, URGENT);
    }

    private void preemption(long afterNs, long wakeNs, long switchNs, String urgent) {
        nowNs += afterNs;
        trace.timer(nowNs, 0)
                .raise(nowNs + 500, 0, TIMER)
                .waking(nowNs + 1_000, 0, urgent, 0)
                .wakeup(nowNs + 1_000 + wakeNs, 0, urgent, 0);
        nowNs += 2_000 + wakeNs;
        // The softirq follows at the pace of the reference machine.
        trace.timerEnd(nowNs, 0).soft(nowNs + 340, 0, TIMER).softEnd(nowNs + 1_000, 0, TIMER);
        nowNs += 1_000 + switchNs;
        trace.switchTo(nowNs, 0, "R", urgent);
        nowNs += 5_000;
        trace.switchTo(nowNs, 0, "S", HOG);
    }

    private void preemptions(int colds, int warms, int hots, long hotWakeNs, long hotSwitchNs) {
        for (int i = 0; i < Math.max(colds, Math.max(warms, hots)); i++) {
            preemption(COLD_AFTER_NS, 4_000, 3_600);
            if (i < warms) {
                preemption(WARM_AFTER_NS, 2_000, 1_800);
            }
            if (i < hots) {
                preemption(HOT_AFTER_NS, hotWakeNs, hotSwitchNs);
            }
        }
    }

    private PathCosts costs() {
        return new PathCalibration(trace.stages()).calibrate();
    }

    private static List<String> borrowed(PathCosts costs, String prefix) {
        return costs.borrowed.stream().filter(note -> note.startsWith(prefix)).toList();
    }

    @Test
    void samplesGoByTheTimeSinceTheTaskRan() {
        preemptions(ENOUGH, ENOUGH, ENOUGH, 1_100, 1_250);
        PathCosts costs = costs();
        assertEquals(4_000, PathCosts.usual(costs.wakeNs));
        assertEquals(2_000, PathCosts.usual(costs.wakeWarmNs));
        assertEquals(1_100, PathCosts.usual(costs.wakeHotNs));
        assertEquals(3_600, PathCosts.usual(costs.switchNs));
        assertEquals(1_800, PathCosts.usual(costs.switchWarmNs));
        assertEquals(1_250, PathCosts.usual(costs.switchHotNs));
        for (CostPath path :
                List.of(CostPath.WAKE, CostPath.WAKE_WARM, CostPath.WAKE_HOT, CostPath.SWITCH)) {
            assertEquals(ENOUGH, costs.counts.get(path.key), path.key);
        }
        assertEquals(List.of(), borrowed(costs, "wakeNs"));
        assertEquals(List.of(), borrowed(costs, "wakeWarm"));
        assertEquals(List.of(), borrowed(costs, "wakeHot"));
        assertEquals(List.of(), borrowed(costs, "switch"));
    }

    @Test
    void pathForATaskThatHasNotRunForLongIsColdThoughItRanForAnother() {
        for (int i = 0; i < ENOUGH; i++) {
            preemption(COLD_AFTER_NS, 4_000, 3_600);
            preemption(HOT_AFTER_NS, 4_000, 3_600, "rare-300");
        }
        PathCosts costs = costs();
        assertEquals(2 * ENOUGH, costs.counts.get("wakeNs"));
        assertEquals(2 * ENOUGH, costs.counts.get("switchNs"));
        assertEquals(0, costs.counts.get("wakeHotNs"));
        assertEquals(0, costs.counts.get("switchHotNs"));
    }

    @Test
    void referenceStandsInWhereFewSamplesAreHot() {
        preemptions(ENOUGH, ENOUGH, ENOUGH - 1, 1_100, 1_250);
        PathCosts costs = costs();
        assertArrayEquals(new long[] {1_230}, costs.wakeHotNs);
        assertArrayEquals(new long[] {1_330}, costs.switchHotNs);
        assertEquals(0, costs.counts.get("wakeHotNs"));
        assertEquals(2_000, PathCosts.usual(costs.wakeWarmNs));
        assertEquals(1, borrowed(costs, "wakeHotNs: too few samples").size());
        assertEquals(1, borrowed(costs, "switchHotNs: too few samples").size());
    }

    @Test
    void leastOfItsOwnStandsInWhereThatIsLower() {
        for (int i = 0; i < ENOUGH; i++) {
            preemption(COLD_AFTER_NS, 900, 800);
        }
        PathCosts costs = costs();
        assertArrayEquals(new long[] {900}, costs.wakeHotNs);
        assertArrayEquals(new long[] {900}, costs.wakeWarmNs);
        assertArrayEquals(new long[] {800}, costs.switchHotNs);
    }

    @Test
    void hotSamplesThatAreSlowerThanTheRestAreRefused() {
        preemptions(ENOUGH, ENOUGH, ENOUGH, 5_000, 1_250);
        PathCosts costs = costs();
        assertArrayEquals(new long[] {1_230}, costs.wakeHotNs);
        assertEquals(0, costs.counts.get("wakeHotNs"));
        assertEquals(1_250, PathCosts.usual(costs.switchHotNs), "the switches are not");
    }

    @Test
    void pathKeepsAllItsSamplesWhereFewAreCold() {
        preemptions(ENOUGH - 1, ENOUGH - 1, ENOUGH - 1, 1_100, 1_250);
        PathCosts costs = costs();
        assertEquals(3 * (ENOUGH - 1), costs.wakeNs.length);
        assertEquals(3 * (ENOUGH - 1), costs.counts.get("wakeNs"));
    }

    @Test
    void workersAreColdOrWarm() {
        trace.on(0, IDLE);
        for (int i = 0; i < ENOUGH; i++) {
            work(COLD_AFTER_NS, 3_000);
            work(i % 2 == 0 ? WARM_AFTER_NS : HOT_AFTER_NS, 700);
        }
        PathCosts costs = costs();
        assertEquals(3_000, PathCosts.usual(costs.workerStartNs));
        assertEquals(700, PathCosts.usual(costs.workerStartWarmNs));
        assertEquals(ENOUGH, costs.counts.get("workerStartWarmNs"));
        assertEquals(6_000, PathCosts.usual(costs.workerLeaveNs));
        assertEquals(1_400, PathCosts.usual(costs.workerLeaveWarmNs));
    }

    private void work(long afterNs, long startNs) {
        String worker = "kworker/0:1-50";
        nowNs += afterNs;
        trace.timer(nowNs, 0)
                .queue(nowNs + 500, 0, 7, "fn", 0)
                .wake(nowNs + 700, 0, worker)
                .timerEnd(nowNs + 1_000, 0)
                .switchTo(nowNs + 9_000, 0, "R", worker);
        nowNs += 9_000 + startNs;
        trace.start(nowNs, 0, 7, "fn")
                .end(nowNs + 1_000, 0, 7, "fn")
                .switchTo(nowNs + 1_000 + 2 * startNs, 0, "I", IDLE);
        nowNs += 1_000 + 2 * startNs;
    }

    @Test
    void notesAndCountsGoByPath() {
        preemptions(2, 2, 2, 1_100, 1_250);
        PathCosts costs = costs();
        List<String> keys = List.copyOf(costs.counts.keySet());
        assertEquals(List.of(CostPath.values()).stream().map(path -> path.key).toList(), keys);
        List<Integer> places =
                costs.borrowed.stream()
                        .map(note -> keys.indexOf(note.substring(0, note.indexOf(':'))))
                        .toList();
        assertEquals(places.stream().sorted().toList(), places);
        assertTrue(places.size() > 5, places::toString);
    }
}
