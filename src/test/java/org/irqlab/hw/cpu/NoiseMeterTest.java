package org.irqlab.hw.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class NoiseMeterTest {
    private final NoiseMeter meter = new NoiseMeter(2_000);

    @Test
    void takesAGapOfExactlyTheThresholdAsProgress() {
        assertTrue(meter.polled(2_000));
        assertEquals(0, meter.stolenNs());
        assertFalse(meter.tainted());
    }

    @Test
    void takesALongerGapAsStolenAndLeavesTheDamageToTheCaller() {
        assertFalse(meter.polled(2_001));
        assertFalse(meter.polled(10_000));
        assertEquals(12_001, meter.stolenNs());
        assertEquals(2, meter.gaps().getTotalCount());
        assertEquals(0, meter.stolenIdleNs());
        assertFalse(meter.tainted());
        meter.taint();
        assertTrue(meter.tainted());
        meter.clean();
        assertFalse(meter.tainted());
        assertEquals(12_001, meter.stolenNs(), "what was stolen stays counted");
    }

    @Test
    void leavesAnIdleCpuCleanUnlessTheCallerFindsDamage() {
        assertTrue(meter.stolenFromIdle(50_000));
        assertFalse(meter.tainted());
        assertEquals(50_000, meter.stolenIdleNs());
        assertEquals(50_000, meter.stolenNs());
        assertFalse(meter.stolenFromIdle(2_000), "not a gap");
        assertEquals(50_000, meter.stolenNs());
        meter.taint();
        assertTrue(meter.tainted());
        assertTrue(meter.stolenFromIdle(50_000));
        assertTrue(meter.tainted(), "a harmless gap does not clean");
    }

    @Test
    void tellsItsListenerOfEveryGap() {
        var told = new ArrayList<Long>();
        meter.setListener(told::add);
        meter.polled(2_001);
        meter.polled(2_000);
        meter.stolenFromIdle(3_000);
        assertEquals(List.of(2_001L, 3_000L), told);
    }

    @Test
    void tellsThePollDistanceByQuantile() {
        for (int i = 0; i < 99; i++) {
            meter.polled(50);
        }
        meter.polled(1_000);
        assertEquals(56, meter.pollGranularityNs(0.5), "50 ns lie in the grain up to 56");
        assertEquals(56, meter.pollGranularityNs(0.99));
        assertEquals(1_008, meter.pollGranularityNs(1.0));
        assertEquals(100, meter.pollGaps().getTotalCount());
    }

    @Test
    void tellsThePollDistanceOfACoarseThresholdToo() {
        var coarse = new NoiseMeter(1_000_000);
        assertTrue(coarse.polled(900_000));
        assertTrue(coarse.pollGranularityNs(1.0) >= 900_000);
        assertTrue(coarse.pollGaps().getMaxValue() >= 890_000);
    }

    @Test
    void leavesStealOutOfThePollDistance() {
        meter.polled(50);
        meter.polled(1_000_000);
        assertEquals(1, meter.pollGaps().getTotalCount());
        assertEquals(56, meter.pollGranularityNs(1.0));
    }

    @Test
    void recordsAGapOfMinutesWithoutAnError() {
        meter.polled(TimeUnit.MINUTES.toNanos(10));
        assertEquals(TimeUnit.MINUTES.toNanos(10), meter.stolenNs());
        assertEquals(1, meter.gaps().getTotalCount());
    }

    @Test
    void forgetsTheWarmUp() {
        meter.polled(50);
        meter.polled(5_000);
        meter.stolenFromIdle(6_000);
        meter.reset();
        assertEquals(0, meter.stolenNs());
        assertEquals(0, meter.stolenIdleNs());
        assertEquals(0, meter.gaps().getTotalCount());
        assertEquals(0, meter.pollGaps().getTotalCount());
        assertEquals(0, meter.pollGranularityNs(0.99), "no poll, no distance");
        assertFalse(meter.tainted());
    }

    @Test
    void refusesAThresholdOfNothing() {
        var e = assertThrows(IllegalArgumentException.class, () -> new NoiseMeter(0));
        assertEquals("stealNs=0 <= MINIMUM=0", e.getMessage());
    }

    @Test
    void doesNotWatchOwnCodeUnlessTold() {
        meter.read(1_000);
        meter.read(1_000_000);
        assertEquals(0, meter.stolenNs());
        assertFalse(meter.tainted());
    }

    @Test
    void takesALongStretchOfOwnCodeAsStolen() {
        meter.watchOwnCode();
        meter.read(1_000);
        meter.read(1_000 + NoiseMeter.OWN_CODE_NS);
        assertEquals(0, meter.stolenNs());
        meter.read(2_001 + 2 * NoiseMeter.OWN_CODE_NS);
        assertEquals(NoiseMeter.OWN_CODE_NS + 1_001, meter.stolenNs());
        assertTrue(meter.tainted());
    }

    @Test
    void grantsAHandOverMoreThanOwnCode() {
        meter.watchOwnCode();
        meter.read(0);
        meter.readAfterHandOver(NoiseMeter.HAND_OVER_NS);
        assertEquals(0, meter.stolenNs());
        meter.readAfterHandOver(2 * NoiseMeter.HAND_OVER_NS + 1);
        assertEquals(NoiseMeter.HAND_OVER_NS + 1, meter.stolenNs());
    }

    @Test
    void leavesOutTimeThatIsAccountedFor() {
        meter.watchOwnCode();
        meter.read(0);
        meter.accounted(1_000_000);
        meter.read(1_000_100);
        assertEquals(0, meter.stolenNs());
    }
}
