package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** The short form; the long one is the harness {@code TenMillionBottomHalves}. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BottomHalfMixTest {
    private static final int OPERATIONS = 40_000;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void accountsForEveryRaiseAndEverySchedule(long seed) {
        assertEquals(List.of(), new BottomHalfMix(2, OPERATIONS, seed).run());
    }
}
