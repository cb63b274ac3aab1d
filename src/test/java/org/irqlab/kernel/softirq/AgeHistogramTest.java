package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Arrays;
import java.util.Random;

@Timeout(30)
class AgeHistogramTest {
    private static final int SAMPLES = 10_000;

    @Test
    void putsEveryAgeIntoABucketThatHoldsIt() {
        for (long ns = 0; ns < 100_000; ns++) {
            int bucket = AgeHistogram.bucketOf(ns);
            long highest = AgeHistogram.highestOf(bucket);
            long lowest = bucket == 0 ? 0 : AgeHistogram.highestOf(bucket - 1) + 1;
            assertTrue(lowest <= ns && ns <= highest, ns + " in " + lowest + "…" + highest);
            assertTrue(highest - lowest <= lowest / 8, "an eighth wide: " + lowest);
        }
    }

    @Test
    void keepsWhatIsBeyondItsRangeInTheLastBucket() {
        var ages = new AgeHistogram();
        ages.record(Long.MAX_VALUE);
        ages.record(-5);
        var seen = ages.snapshot();
        assertEquals(2, seen.count());
        assertEquals(Long.MAX_VALUE, seen.maxNs());
        assertEquals(AgeHistogram.BUCKETS - 1, AgeHistogram.bucketOf(Long.MAX_VALUE));
    }

    @Test
    void givesQuantilesThatAreNeverTooLowAndAtMostAnEighthTooHigh() {
        var random = new Random(1);
        var ages = new AgeHistogram();
        var exact = new long[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            exact[i] = (long) Math.exp(random.nextDouble() * 18);
            ages.record(exact[i]);
        }
        Arrays.sort(exact);
        var seen = ages.snapshot();
        for (double share : new double[] {0.01, 0.5, 0.9, 0.99, 1.0}) {
            long truth = exact[(int) Math.ceil(share * SAMPLES) - 1];
            long told = seen.quantileNs(share);
            assertTrue(truth <= told && told <= truth * 1.125 + 1, share + ": " + told);
        }
        assertEquals(exact[SAMPLES - 1], seen.maxNs());
    }

    @Test
    void addsTheHistogramsOfTwoCpus() {
        var one = new AgeHistogram();
        var two = new AgeHistogram();
        one.record(100);
        two.record(3);
        two.record(5_000);
        var both = one.snapshot().plus(two.snapshot());
        assertEquals(3, both.count());
        assertEquals(5_000, both.maxNs());
        assertEquals(3, both.quantileNs(0.1));
    }

    @Test
    void isEmptyBeforeTheFirstAge() {
        var none = new AgeHistogram().snapshot();
        assertEquals(0, none.count());
        assertEquals(0, none.quantileNs(0.5));
        assertEquals(0, none.maxNs());
    }
}
