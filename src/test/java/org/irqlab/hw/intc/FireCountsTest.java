package org.irqlab.hw.intc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class FireCountsTest {
    @Test
    void addsUpEveryOutcomeOnce() {
        var counts = new FireCounts();
        for (FireOutcome outcome : FireOutcome.values()) {
            for (int n = 0; n <= outcome.ordinal(); n++) {
                assertSame(outcome, counts.count(outcome));
            }
        }
        for (FireOutcome outcome : FireOutcome.values()) {
            assertEquals(outcome.ordinal() + 1, counts.of(outcome));
        }
        assertEquals(1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9, counts.fired());
        assertEquals(5 + 6 + 7 + 8 + 9, counts.dropped());
    }
}
