package org.irqlab.kernel.sched.fair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.math.BigInteger;
import java.util.SplittableRandom;

@Timeout(30)
class FairWeightsTest {
    @ParameterizedTest
    @CsvSource({
        "-20, 69, 11536, 16151",
        "-10, 643, 107247, 150146",
        "-5, 1968, 328099, 459339",
        "0, 6000, 1000000, 1400000",
        "1, 7492, 1248780, 1748292",
        "5, 18340, 3056716, 4279403",
        "10, 55854, 9309090, 13032727",
        "19, 409599, 68266666, 95573333",
    })
    void niceValuesScaleTimeAsTheKernelDoes(int nice, long of6000, long of1e6, long of14e5) {
        assertEquals(of6000, FairWeights.virtualNs(6_000, FairPolicy.NORMAL, nice));
        assertEquals(of1e6, FairWeights.virtualNs(1_000_000, FairPolicy.NORMAL, nice));
        assertEquals(of14e5, FairWeights.virtualNs(1_400_000, FairPolicy.BATCH, nice));
    }

    @Test
    void idlePolicyHasWeightThreeWhateverItsNice() {
        assertEquals(3, FairWeights.weight(FairPolicy.IDLE, -20));
        assertEquals(2_047_999, FairWeights.virtualNs(6_000, FairPolicy.IDLE, 0));
        assertEquals(341_333_333, FairWeights.virtualNs(1_000_000, FairPolicy.IDLE, 0));
        assertEquals(477_866_666, FairWeights.virtualNs(1_400_000, FairPolicy.IDLE, 0));
    }

    @Test
    void batchIsWeightedLikeNormal() {
        for (int nice = FairWeights.MIN_NICE; nice <= FairWeights.MAX_NICE; nice++) {
            assertEquals(
                    FairWeights.weight(FairPolicy.NORMAL, nice),
                    FairWeights.weight(FairPolicy.BATCH, nice));
        }
    }

    @Test
    void everyNiceStepIsAboutAQuarter() {
        for (int nice = FairWeights.MIN_NICE; nice < FairWeights.MAX_NICE; nice++) {
            double step =
                    (double) FairWeights.weight(FairPolicy.NORMAL, nice)
                            / FairWeights.weight(FairPolicy.NORMAL, nice + 1);
            assertTrue(step > 1.18 && step < 1.29, "nice " + nice + ": " + step);
        }
    }

    @Test
    void niceZeroIsTheIdentityForEveryDelta() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 10_000; i++) {
            long delta = random.nextLong() >>> random.nextInt(1, 64);
            assertEquals(delta, FairWeights.virtualNs(delta, FairPolicy.NORMAL, 0));
        }
    }

    @Test
    void longDeltasDoNotOverflow() {
        long delta = 1L << 50;
        for (int nice = FairWeights.MIN_NICE; nice <= FairWeights.MAX_NICE; nice++) {
            BigInteger factor =
                    BigInteger.valueOf(FairWeights.inverse(FairPolicy.NORMAL, nice)).shiftLeft(10);
            int shift = 32;
            while (factor.bitLength() > 32) {
                factor = factor.shiftRight(1);
                shift--;
            }
            assertEquals(
                    factor.multiply(BigInteger.valueOf(delta)).shiftRight(shift).longValueExact(),
                    FairWeights.virtualNs(delta, FairPolicy.NORMAL, nice));
        }
    }

    @Test
    void inversesAreWithinOneOfTheTrueInverse() {
        for (int nice = FairWeights.MIN_NICE; nice <= FairWeights.MAX_NICE; nice++) {
            double exact = 0x1p32 / FairWeights.weight(FairPolicy.NORMAL, nice);
            assertEquals(
                    exact, FairWeights.inverse(FairPolicy.NORMAL, nice), 0.999, "nice " + nice);
        }
    }

    @Test
    void niceOutsideItsRangeIsRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> FairWeights.weight(FairPolicy.NORMAL, -21));
        assertThrows(IllegalArgumentException.class, () -> FairWeights.weight(FairPolicy.IDLE, 20));
    }

    @Test
    void baseSliceGrowsWithTheLogarithmOfTheCpus() {
        assertEquals(700_000, FairProfile.LINUX_6_18.baseSliceNs(1));
        assertEquals(1_400_000, FairProfile.LINUX_6_18.baseSliceNs(2));
        assertEquals(1_400_000, FairProfile.LINUX_6_12_117.baseSliceNs(3));
        assertEquals(2_100_000, FairProfile.LINUX_6_17.baseSliceNs(4));
        assertEquals(2_800_000, FairProfile.LINUX_6_18.baseSliceNs(8));
        assertEquals(2_800_000, FairProfile.LINUX_6_18.baseSliceNs(256));
        assertEquals(750_000, FairProfile.LINUX_6_12.baseSliceNs(1));
        assertEquals(1_500_000, FairProfile.LINUX_6_12.baseSliceNs(2));
        assertEquals(3_000_000, FairProfile.LINUX_6_12.baseSliceNs(64));
        assertThrows(IllegalArgumentException.class, () -> FairProfile.LINUX_6_18.baseSliceNs(0));
    }
}
