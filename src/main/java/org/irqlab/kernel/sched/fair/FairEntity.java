package org.irqlab.kernel.sched.fair;

import org.irqlab.base.HotPath;

/**
 * What the fair class knows of one task ({@code struct sched_entity}). The scheduler's task extends
 * it or holds one; nothing here refers to a task.
 *
 * <p><b>Threads.</b> While on a queue it belongs to the owner of that queue; while asleep, to
 * whoever wakes it. It carries its lag from one queue to the next.
 */
public class FairEntity {
    /** Shortest custom slice ({@code sched_setattr}, {@code sched_runtime}). */
    public static final long MIN_CUSTOM_SLICE_NS = 100_000;

    /** Longest custom slice. */
    public static final long MAX_CUSTOM_SLICE_NS = 100_000_000;

    // Parameters: they change only through FairQueue.change.
    FairPolicy policy;
    int nice;
    int weight;
    boolean customSlice;
    private long factor;
    private int shift;

    // Virtual times are compared by difference: they wrap.
    long vruntime;
    long deadline;
    long sliceNs;
    long vlag;

    /**
     * Of the current entity: deadline at the switch-in, or the mark up to which it is protected.
     */
    long protection;

    boolean relativeDeadline;
    boolean delayed;
    boolean onQueue;
    long execStartNs;
    long sumExecNs;

    // DeadlineTree only; the minima cover the subtree rooted here.
    FairEntity parent;
    FairEntity left;
    FairEntity right;
    int height;
    long minVruntime;
    long minSliceNs;

    /**
     * Makes a new task's entity: no lag, no deadline, off queue ({@code __sched_fork}).
     *
     * @param nice {@value FairWeights#MIN_NICE} to {@value FairWeights#MAX_NICE}
     */
    public FairEntity(FairPolicy policy, int nice) {
        parameters(policy, nice, 0);
    }

    /** Sets weight and slice; the caller rescales what the old weight had scaled. */
    final void parameters(FairPolicy newPolicy, int newNice, long customSliceNs) {
        int newWeight = FairWeights.weight(newPolicy, newNice);
        policy = newPolicy;
        nice = newNice;
        weight = newWeight;
        int inverse = FairWeights.inverse(newPolicy, newNice);
        factor = FairWeights.factor(inverse);
        shift = FairWeights.shift(inverse);
        customSlice = customSliceNs != 0;
        sliceNs = Math.clamp(customSliceNs, MIN_CUSTOM_SLICE_NS, MAX_CUSTOM_SLICE_NS);
    }

    /** Returns {@code deltaNs} of real time as this entity's virtual time. */
    @HotPath
    final long virtualNs(long deltaNs) {
        return FairWeights.scale(deltaNs, factor, shift);
    }

    /** Returns the policy. */
    public final FairPolicy policy() {
        return policy;
    }

    /** Returns the nice value, {@value FairWeights#MIN_NICE} to {@value FairWeights#MAX_NICE}. */
    public final int nice() {
        return nice;
    }

    /** Returns the weight, 3 to 88761. */
    public final int weight() {
        return weight;
    }

    /** Returns the weighted service received so far, virtual ns; wraps. */
    public final long vruntime() {
        return vruntime;
    }

    /** Returns the virtual deadline, virtual ns; wraps. Relative to vruntime after a MOVE. */
    public final long deadline() {
        return deadline;
    }

    /** Returns the request size, ns; meaningful once the entity has been on a queue. */
    public final long sliceNs() {
        return sliceNs;
    }

    /** Returns the lag saved by the last dequeue, virtual ns: positive if service is owed. */
    public final long vlag() {
        return vlag;
    }

    /** Returns whether the entity counts on a queue: runnable, current, or delayed. */
    public final boolean onQueue() {
        return onQueue;
    }

    /** Returns whether its task sleeps while the entity still competes until it is eligible. */
    public final boolean delayed() {
        return delayed;
    }

    /** Returns the time charged so far, ns of the clock passed to the queue. */
    public final long sumExecNs() {
        return sumExecNs;
    }
}
