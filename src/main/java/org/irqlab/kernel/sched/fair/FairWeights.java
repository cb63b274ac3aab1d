package org.irqlab.kernel.sched.fair;

import org.irqlab.base.HotPath;

/**
 * Nice values as weights, and real time as virtual time ({@code sched_prio_to_weight}, {@code
 * sched_prio_to_wmult} and {@code __calc_delta} of Linux), to the last bit.
 *
 * <p>A task of weight w ages by {@code delta * 1024 / w}, computed with the inverse of the weight,
 * a factor of at most 32 bits and a shift; so most weights lose the last nanosecond: 6,000 ns at
 * nice 19 are 409,599, not 409,600. The inverses are a table as in the kernel, for they are rounded
 * now down, now up.
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

    private static final int[] INVERSES = {
        48388, 59856, 76040, 92818, 118348, 147320, 184698, 229616, 287308, 360437, 449829, 563644,
        704093, 875809, 1099582, 1376151, 1717300, 2157191, 2708050, 3363326, 4194304, 5237765,
        6557202, 8165337, 10153587, 12820798, 15790321, 19976592, 24970740, 31350126, 39045157,
        49367440, 61356676, 76695844, 95443717, 119304647, 148102320, 186737708, 238609294,
        286331153
    };
    private static final int IDLE_INVERSE = 1431655765;

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

    /** Returns 2^32 by the weight. */
    static int inverse(FairPolicy policy, int nice) {
        return policy == FairPolicy.IDLE ? IDLE_INVERSE : INVERSES[nice - MIN_NICE];
    }

    /** Returns {@code deltaNs} of real time as virtual time of a task. */
    public static long virtualNs(long deltaNs, FairPolicy policy, int nice) {
        int inverse = inverse(policy, nice);
        return scale(deltaNs, factor(inverse), shift(inverse));
    }

    /** {@code 1024 * inverse}, shifted right until it fits 32 bits. */
    static long factor(int inverse) {
        return (long) NICE_0 * inverse >>> excessBits(inverse);
    }

    /** The right shift that goes with {@link #factor}; 23 to 32. */
    static int shift(int inverse) {
        return Integer.SIZE - excessBits(inverse);
    }

    /** The product is taken to 128 bits: no delta overflows. */
    @HotPath
    static long scale(long deltaNs, long factor, int shift) {
        long high = Math.unsignedMultiplyHigh(deltaNs, factor);
        return high << (Long.SIZE - shift) | (deltaNs * factor) >>> shift;
    }

    private static int excessBits(int inverse) {
        long high = (long) NICE_0 * inverse >>> Integer.SIZE;
        return Long.SIZE - Long.numberOfLeadingZeros(high);
    }
}
