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
}
