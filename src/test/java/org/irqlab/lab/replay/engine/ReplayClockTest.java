package org.irqlab.lab.replay.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReplayClockTest {
    private static final long MS = 1_000_000;

    private final ReplayClock clock = new ReplayClock();

    @Test
    void slipsByWhatWasStolen() {
        clock.startAt(HostClock.nowNs());
        clock.stolen(3 * MS);
        clock.stolen(4 * MS);
        assertEquals(7 * MS, clock.slippedNs());
    }

    @Test
    void goesOnWhereTheHostTakesTooMuch() {
        clock.startAt(HostClock.nowNs() - 1_000 * MS);
        for (int i = 0; i < 100; i++) {
            clock.stolen(10 * MS);
        }
        assertTrue(clock.slippedNs() >= 290 * MS, "slippedNs=" + clock.slippedNs());
        assertTrue(clock.slippedNs() <= 400 * MS, "slippedNs=" + clock.slippedNs());
    }
}
