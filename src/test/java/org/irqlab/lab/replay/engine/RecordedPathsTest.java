package org.irqlab.lab.replay.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.replay.PathCosts;
import org.irqlab.lab.replay.ReplayPlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.stream.LongStream;

@Timeout(30)
class RecordedPathsTest {
    private static ReplayPlan plan() {
        var plan = new ReplayPlan();
        plan.recordedPaths = new PathCosts();
        plan.recordedPaths.switchNs = new long[] {1_500};
        plan.recordedPaths.idleExitNs = new long[] {8_000};
        plan.paths = new PathCosts();
        plan.paths.switchNs = new long[] {900};
        plan.paths.idleExitNs = LongStream.range(20_000, 21_000).toArray();
        return plan;
    }

    @Test
    void burnsTheCostsOfThePlanAndNotTheRecorded() {
        var paths = new RecordedPaths(plan(), 1);
        assertEquals(900, paths.switchNs(0));
        for (int draw = 0; draw < 1_000; draw++) {
            long ns = paths.idleExitNs(false);
            assertTrue(ns >= 20_000 && ns < 21_000, "draw " + ns);
        }
    }

    @Test
    void entryIntoTheSchedulerIsPartOfTheRecordedTime() {
        assertEquals(1_500, new RecordedPaths(plan(), 1).scheduleEntryNs());
    }

    private static RecordedPaths wakes(long[] hot, long[] warm, long[] cold) {
        ReplayPlan plan = plan();
        plan.paths.wakeHotNs = hot;
        plan.paths.wakeWarmNs = warm;
        plan.paths.wakeNs = cold;
        return new RecordedPaths(plan, 1);
    }

    private static final long HOT_NS = 200_000;
    private static final long WARM_NS = 5_000_000;

    @Test
    void drawsByTheTimeSinceTheTaskRan() {
        var paths = wakes(new long[] {100}, new long[] {200}, new long[] {300});
        assertEquals(100, paths.localWakeNs(false, HOT_NS));
        assertEquals(200, paths.localWakeNs(false, HOT_NS + 1));
        assertEquals(200, paths.localWakeNs(false, WARM_NS));
        assertEquals(300, paths.localWakeNs(false, WARM_NS + 1));
    }

    @Test
    void nearestTemperatureStandsInForOneThatWasNotRecorded() {
        long[] none = {};
        assertEquals(300, wakes(none, none, new long[] {300}).localWakeNs(false, 0));
        assertEquals(100, wakes(new long[] {100}, none, none).localWakeNs(false, Long.MAX_VALUE));
        assertEquals(200, wakes(none, new long[] {200}, new long[] {300}).localWakeNs(false, 0));
        assertEquals(0, wakes(none, none, none).localWakeNs(false, 0));
    }

    @Test
    void threadThatGoesToSleepLastPaysTheWayToIdle() {
        ReplayPlan plan = plan();
        plan.paths.switchHotNs = new long[] {900};
        plan.paths.workerLeaveWarmNs = new long[] {900};
        plan.paths.workerLeaveNs = new long[] {900};
        plan.paths.leaveToIdleNs = 50;
        var paths = new RecordedPaths(plan, 1);
        assertEquals(900, paths.threadLeaveNs(false));
        assertEquals(950, paths.threadLeaveNs(true));
    }
}
