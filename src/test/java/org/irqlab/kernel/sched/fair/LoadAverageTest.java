package org.irqlab.kernel.sched.fair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class LoadAverageTest {
    private static final long HALF_NS = LoadAverage.HALF_LIFE_NS;

    @Test
    void halvesTheDistanceToItsLevelPerHalfLife() {
        LoadAverage load = new LoadAverage(5);
        load.level(1024, 5);
        assertEquals(0, load.value(5));
        assertEquals(511, load.value(5 + HALF_NS), 1.0);
        assertEquals(767, load.value(5 + 2 * HALF_NS), 1.0);
        load.level(0, 5 + 2 * HALF_NS);
        assertEquals(383, load.value(5 + 3 * HALF_NS), 1.0);
        assertTrue(load.value(5 + 100 * HALF_NS) <= 1);
    }

    @Test
    void readingDoesNotDisturb() {
        LoadAverage read = new LoadAverage(0);
        LoadAverage unread = new LoadAverage(0);
        read.level(2048, 0);
        unread.level(2048, 0);
        for (int i = 0; i < 100; i++) {
            read.value(i * 1_000_000L);
        }
        assertEquals(unread.value(100_000_000), read.value(100_000_000));
        assertEquals(read.value(0), read.value(-5), "a clock that lags changes nothing");
    }

    @Test
    void taskThatRunsAThirdOfTheTimeAveragesAThird() {
        LoadAverage load = new LoadAverage(0);
        long now = 0;
        for (int i = 0; i < 1_000; i++) {
            load.level(1024, now);
            now += 1_000_000;
            load.level(0, now);
            now += 2_000_000;
        }
        assertEquals(1024 / 3.0, load.value(now), 15.0);
    }
}
