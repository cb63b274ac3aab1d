package org.irqlab.lab.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Nothing is lost and no thread is left, in whatever context the work is done. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InterruptFloodTest {
    private static final int INTERRUPTS = 20_000;

    @ParameterizedTest
    @EnumSource
    void losesNothingAsFastAsTheRingAllows(InterruptFlood.Context context) {
        var result =
                new InterruptFlood(context, MachineSpec.unpinned(1), 0)
                        .asFastAsTheRingAllows(INTERRUPTS);
        assertEquals(List.of(), result.problems());
        assertEquals(INTERRUPTS, result.fires().fired());
        assertEquals(INTERRUPTS, result.served());
        assertTrue(result.handled() > 0 && result.work() > 0);
    }

    @ParameterizedTest
    @EnumSource
    void losesNothingWhereTheWorkTakesLongerThanTheArrivals(InterruptFlood.Context context) {
        // A period of 2 us, and 3 us of work for each.
        var result =
                new InterruptFlood(context, MachineSpec.unpinned(1), 3_000)
                        .openLoop(INTERRUPTS, 2_000);
        assertEquals(List.of(), result.problems());
        assertEquals(INTERRUPTS, result.posted() + result.full());
    }

    @Test
    void saysWhatWasLost() {
        var result =
                new InterruptFlood(InterruptFlood.Context.INLINE, MachineSpec.unpinned(1), 0)
                        .asFastAsTheRingAllows(100);
        var lossy =
                new FloodResult(
                        "inline",
                        result.fires(),
                        result.handled() - 1,
                        result.work(),
                        result.posted(),
                        result.served() - 1,
                        0,
                        0,
                        1,
                        0,
                        0,
                        List.of("stray=1 != 0"),
                        Set.of("kworker/0:1"));
        String problems = lossy.problems().toString();
        for (String part : List.of("stray=1", "fired=100 != handled", "served=99", "kworker/0:1")) {
            assertTrue(problems.contains(part), problems);
        }
    }
}
