package org.irqlab.base;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class NearestRankTest {
    @Test
    void isExactWhereTheShareIsNotInBinary() {
        assertEquals(550, NearestRank.of(0.55, 1000));
        assertEquals(990, NearestRank.of(0.99, 1000));
        assertEquals(7, NearestRank.of(0.07, 100));
        assertEquals(551, NearestRank.of(0.5501, 1000));
    }

    @Test
    void staysWithinTheSamples() {
        assertEquals(1, NearestRank.of(0, 10));
        assertEquals(10, NearestRank.of(1, 10));
        assertEquals(0, NearestRank.of(0.5, 0));
    }
}
