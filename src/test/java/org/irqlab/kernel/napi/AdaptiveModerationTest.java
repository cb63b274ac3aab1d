package org.irqlab.kernel.napi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;

@Timeout(30)
class AdaptiveModerationTest {
    private static final int EVENTS = AdaptiveModeration.EVENTS;
    private static final long NS_PER_MS = 1_000_000;

    private final AdaptiveModeration dim = new AdaptiveModeration();
    private long events;
    private double packets;
    private long nowNs;

    /**
     * One measurement: 64 events in as long as the profile makes them take; returns the profile.
     */
    private int measure(double packetsPerMs, IntToDoubleFunction eventsPerMs) {
        double ms = EVENTS / eventsPerMs.applyAsDouble(dim.profile());
        events += EVENTS;
        packets += packetsPerMs * ms;
        nowNs += (long) (ms * NS_PER_MS);
        if (dim.sample(events, (long) packets, (long) packets * 1500, nowNs)) {
            // The next sample begins a measurement.
            assertFalse(dim.sample(events, (long) packets, (long) packets * 1500, nowNs));
        }
        return dim.profile();
    }

    private List<Integer> profiles(int rounds, double packetsPerMs, IntToDoubleFunction events) {
        assertFalse(dim.sample(0, 0, 0, 0));
        var seen = new ArrayList<Integer>();
        for (int i = 0; i < rounds; i++) {
            seen.add(measure(packetsPerMs, events));
        }
        return seen;
    }

    @Test
    void beginsWithTheSecondProfile() {
        assertEquals(8, dim.moderation().usecs());
    }

    @Test
    void climbsToTheLastProfileWhereEachStepSavesInterrupts() {
        assertEquals(List.of(2, 3, 4, 4, 4), profiles(5, 1_000, profile -> 600.0 / (profile + 1)));
        assertEquals(AdaptiveModeration.Tune.PARKED_ON_TOP, dim.tune());
    }

    @Test
    void getsTiredWhereNothingMakesADifference() {
        assertEquals(List.of(2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1), profiles(11, 1_000, profile -> 100));
        assertEquals(AdaptiveModeration.Tune.PARKED_TIRED, dim.tune());
        for (int i = 0; i < 9; i++) {
            assertEquals(1, measure(1_000, profile -> 100));
        }
        assertEquals(0, measure(1_000, profile -> 100), "rested, and off to the left");
    }

    @Test
    void leavesItsParkWhenTheTrafficChanges() {
        profiles(6, 1_000, profile -> 600.0 / (profile + 1));
        assertEquals(AdaptiveModeration.Tune.PARKED_ON_TOP, dim.tune());
        assertEquals(4, measure(1_050, profile -> 120), "5 % more is no change");
        assertEquals(3, measure(300, profile -> 120));
    }

    @Test
    void decidesNothingBefore64Events() {
        assertFalse(dim.sample(0, 0, 0, 0));
        assertFalse(dim.sample(EVENTS - 1, 1_000, 1_000_000, NS_PER_MS));
        assertTrue(dim.sample(EVENTS, 1_000, 1_000_000, NS_PER_MS));
    }
}
