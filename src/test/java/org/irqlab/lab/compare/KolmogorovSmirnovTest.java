package org.irqlab.lab.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;

@Timeout(30)
class KolmogorovSmirnovTest {
    private static final int SEEDS = 64;

    /** Values that a histogram of 3 digits keeps exactly. */
    private static final int EXACT = 2_000;

    @ParameterizedTest
    @ValueSource(ints = {3, 50, EXACT})
    void agreesWithTheDistanceByDefinition(int values) {
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            long[] a = samples(random, 1 + random.nextInt(40), 0, values);
            long[] b = samples(random, 1 + random.nextInt(400), random.nextInt(values), values);
            assertEquals(byDefinition(a, b), distance(a, b), 1e-12, "seed " + seed);
            assertEquals(distance(a, b), distance(b, a), 1e-12, "seed " + seed);
        }
    }

    @Test
    void staysWithinABucketForLongTimes() {
        var random = new Random(1);
        long[] a = random.longs(5_000, 10_000, 100_000).toArray();
        long[] b = random.longs(3_000, 20_000, 110_000).toArray();
        assertEquals(byDefinition(a, b), distance(a, b), 0.005);
    }

    @Test
    void isZeroForEqualSidesAndOneForSidesApart() {
        long[] a = {5, 5, 9};
        assertEquals(0, distance(a, a));
        assertEquals(0, distance(a, new long[] {5, 5, 9, 5, 5, 9}), 1e-12);
        assertEquals(1, distance(a, new long[] {10, 11}));
    }

    @Test
    void isUnknownWithoutSamples() {
        assertTrue(Double.isNaN(distance(new long[0], new long[] {1})));
        assertTrue(Double.isNaN(distance(new long[] {1}, new long[0])));
    }

    private static double distance(long[] a, long[] b) {
        return KolmogorovSmirnov.distance(Samples.of(a).clean(), Samples.of(b).clean());
    }

    private static long[] samples(Random random, int count, int from, int values) {
        return random.longs(count, from / 2, from / 2 + values).map(v -> v % EXACT).toArray();
    }

    private static double byDefinition(long[] a, long[] b) {
        return LongStream.concat(Arrays.stream(a), Arrays.stream(b))
                .mapToDouble(x -> Math.abs(atMost(a, x) - atMost(b, x)))
                .max()
                .orElseThrow();
    }

    private static double atMost(long[] samples, long x) {
        return (double) Arrays.stream(samples).filter(v -> v <= x).count() / samples.length;
    }
}
