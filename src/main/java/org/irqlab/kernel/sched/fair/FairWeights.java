package org.irqlab.kernel.sched.fair;

import org.irqlab.base.HotPath;

/**
 * Nice values as weights, and real time as virtual time ({@code sched_prio_to_weight}, {@code
 * sched_prio_to_wmult} and {@code __calc_delta} of Linux), to the last bit.
 *
 * <p>A task of weight w ages by {@code delta * 1024 / w}, computed by a multiplication with a
 * 32-bit factor and a shift. The factor keeps at most 32 bits of precision, so light weights lose
 * the last nanosecond: 6,000 ns at nice 19 are 409,599, not 409,600.
 */
public final class FairWeights {
    /** The weight of nice 0. */
    public static final int NICE_0 = 1024;

    /** The weight of {@link FairPolicy#IDLE}, whatever its nice value. */
    public static final int IDLE = 3;

    /** Lowest nice value: the heaviest task. */
    public static final int MIN_NICE = -20;

    /** Highest nice value: the lightest task. */
    public static final int MAX_NICE = 19;

    private static final int[] WEIGHTS = {
        88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
        9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277,
        1024, 820, 655, 526, 423, 335, 272, 215, 172, 137,
        110, 87, 70, 56, 45, 36, 29, 23, 18, 15
    };

    private FairWeights() {}

    /**
     * Returns the weight of a task.
     *
     * @param nice {@value #MIN_NICE} to {@value #MAX_NICE}
     */
    public static int weight(FairPolicy policy, int nice) {
        if (nice < MIN_NICE || nice > MAX_NICE) {
            throw new IllegalArgumentException(
                    "nice=" + nice + " outside MIN_NICE=" + MIN_NICE + "..MAX_NICE=" + MAX_NICE);
        }
        return policy == FairPolicy.IDLE ? IDLE : WEIGHTS[nice - MIN_NICE];
    }

    /** Returns {@code deltaNs} of real time as virtual time of a task of {@code weight}. */
    public static long virtualNs(long deltaNs, int weight) {
        return scale(deltaNs, factor(weight), shift(weight));
    }

    /** {@code 1024 * floor(2^32 / weight)}, shifted right until it fits 32 bits. */
    static long factor(int weight) {
        return fullFactor(weight) >>> excessBits(weight);
    }

    /** The right shift that goes with {@link #factor}; 21 to 32. */
    static int shift(int weight) {
        return Integer.SIZE - excessBits(weight);
    }

    /** The product is taken to 128 bits: no delta overflows. */
    @HotPath
    static long scale(long deltaNs, long factor, int shift) {
        long high = Math.unsignedMultiplyHigh(deltaNs, factor);
        return high << (Long.SIZE - shift) | (deltaNs * factor) >>> shift;
    }

    private static long fullFactor(int weight) {
        return NICE_0 * ((1L << Integer.SIZE) / weight);
    }

    private static int excessBits(int weight) {
        return Long.SIZE - Long.numberOfLeadingZeros(fullFactor(weight) >>> Integer.SIZE);
    }
}
