package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class AgeBudgetTest {
    private static final int TIMER = SoftirqVector.TIMER.ordinal();
    private static final int BLOCK = SoftirqVector.BLOCK.ordinal();

    private final SoftirqAges ages = new SoftirqAges();
    private final AgeBudget budget = new AgeBudget(1_000_000);

    private void age(int vector, long ns, int times) {
        for (int n = 0; n < times; n++) {
            ages.raised(vector, 1);
            ages.passBegins();
            ages.starts(vector, 1 + ns);
        }
    }

    @Test
    void namesTheVectorThatIsLateAsARule() {
        age(TIMER, 900_000, 100);
        age(BLOCK, 5_000_000, AgeBudget.LEAST_RUNS);
        var expected =
                new AgeBudget.Late(SoftirqVector.BLOCK, AgeBudget.LEAST_RUNS, 5_000_000, 5_000_000);
        assertEquals(List.of(expected), budget.late(ages));
        assertTrue(expected.toString().startsWith("BLOCK, 20 runs: p90 5,000 us"));
    }

    @Test
    void forgivesOneLateRunInTenAndJudgesNoFewRuns() {
        age(TIMER, 900, 90);
        age(TIMER, 9_000_000, 10);
        age(BLOCK, 5_000_000, AgeBudget.LEAST_RUNS - 1);
        assertEquals(List.of(), budget.late(ages));
        age(TIMER, 9_000_000, 1);
        assertEquals(SoftirqVector.TIMER, budget.late(ages).getFirst().vector());
        assertThrows(IllegalArgumentException.class, () -> new AgeBudget(0));
    }

    @Test
    void tellsWhoHasWaitedLongest() {
        assertEquals(null, ages.oldest());
        ages.raised(BLOCK, 5);
        ages.passBegins();
        ages.raised(TIMER, 7);
        assertEquals(SoftirqVector.BLOCK, ages.oldest());
        assertEquals(4, ages.oldestWaitNs(9));
        ages.starts(BLOCK, 9);
        assertEquals(SoftirqVector.TIMER, ages.oldest());
        assertEquals(2, ages.oldestWaitNs(9));
        assertEquals(0, ages.oldestWaitNs(6), "a reading of before");
    }
}
