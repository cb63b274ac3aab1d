package org.irqlab.lab.replay.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
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
        assertEquals(900, paths.switchNs());
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

    /** Draws until two calls were at most {@code mostNs} apart, as the host lets them be. */
    private static long next(RecordedPaths paths, long leastNs, long mostNs) {
        while (true) {
            long beforeNs = HostClock.nowNs();
            paths.localWakeNs(false);
            long drawnNs = HostClock.nowNs();
            while (HostClock.nowNs() - drawnNs < leastNs) {
                Thread.onSpinWait();
            }
            long cost = paths.localWakeNs(false);
            if (HostClock.nowNs() - beforeNs <= mostNs) {
                return cost;
            }
        }
    }

    @Test
    void drawsByTheTimeSinceTheLastUse() {
        var paths = wakes(new long[] {100}, new long[] {200}, new long[] {300});
        assertEquals(300, paths.localWakeNs(false), "never run before");
        assertEquals(100, next(paths, 0, 200_000));
        assertEquals(200, next(paths, 300_000, 5_000_000));
        assertEquals(300, next(paths, 6_000_000, Long.MAX_VALUE));
    }

    @Test
    void nearestTemperatureStandsInForOneThatWasNotRecorded() {
        long[] none = {};
        assertEquals(300, next(wakes(none, none, new long[] {300}), 0, 200_000));
        assertEquals(100, wakes(new long[] {100}, none, none).localWakeNs(false));
        assertEquals(200, next(wakes(none, new long[] {200}, new long[] {300}), 0, 200_000));
        assertEquals(0, wakes(none, none, none).localWakeNs(false));
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
