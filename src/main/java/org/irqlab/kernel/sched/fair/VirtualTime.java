package org.irqlab.kernel.sched.fair;

import org.irqlab.base.HotPath;

/**
 * V, the weighted average vruntime of a queue's entities ({@code avg_vruntime}), and what follows
 * from it: who is eligible.
 *
 * <p>Kept are sums over the tree, relative to a zero that follows V so that they stay small; the
 * current entity is added when V is asked for. Linux tests eligibility by cross-multiplication:
 * {@code sum((v_i - zero) * w_i) >= (v - zero) * W}. For integers that is the same as {@code v -
 * zero <= floor(sum / W)}, that is v not after V, which takes one division per decision, then a
 * subtraction per entity, and cannot overflow.
 */
final class VirtualTime {
    private long treeWeight;
    private long treeSum;
    private long zero;

    VirtualTime(long start) {
        zero = start;
    }

    @HotPath
    void add(FairEntity e) {
        treeWeight += e.weight;
        treeSum += (e.vruntime - zero) * e.weight;
    }

    @HotPath
    void remove(FairEntity e) {
        treeWeight -= e.weight;
        treeSum -= (e.vruntime - zero) * e.weight;
    }

    /** Returns the weight of all that counts: the tree and, while on queue, the current entity. */
    long weight(FairEntity current) {
        return counts(current) ? treeWeight + current.weight : treeWeight;
    }

    /** Returns V, rounded down. With nothing on the queue: its last value. */
    long value(FairEntity current) {
        long weight = weight(current);
        if (weight == 0) {
            return zero;
        }
        long sum = treeSum;
        if (counts(current)) {
            sum += (current.vruntime - zero) * current.weight;
        }
        return zero + Math.floorDiv(sum, weight);
    }

    /** Returns V and makes it the zero of the sums. */
    @HotPath
    long advance(FairEntity current) {
        long value = value(current);
        treeSum -= (value - zero) * treeWeight;
        zero = value;
        return value;
    }

    /** Returns whether {@code e} has received no more than its share; equality counts. */
    @HotPath
    boolean eligible(FairEntity e, FairEntity current) {
        return e.vruntime - advance(current) <= 0;
    }

    private static boolean counts(FairEntity current) {
        return current != null && current.onQueue;
    }
}
