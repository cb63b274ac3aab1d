package org.irqlab.kernel.softirq;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * How long the vectors of one CPU wait from the raise that made them pending to the start of their
 * action: what tells that deferred work is late where nothing else does.
 *
 * <p>Counted from the CPU's last look at the clock before the raise to its last one before the
 * start, which costs nothing and is good to some tens of ns where guest time is spent between the
 * two. irqlab's own code between a raise and the action that follows at once has no look in it:
 * such an age is 0.
 *
 * <p>Raises of a pass in progress and of the one before are kept apart: a vector may be raised
 * again before its action has started.
 *
 * <p><b>Threads.</b> Written by the holder of the CPU's baton; read by any thread.
 */
public final class SoftirqAges {
    private static final VarHandle SINCE = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int VECTORS = SoftirqVector.count();

    private final AgeHistogram[] ages = new AgeHistogram[VECTORS];

    // Holder only, opaque for the readers; 0: not pending. Two banks, that of the next pass first
    // or second by turns.
    private final long[] sinceNs = new long[2 * VECTORS];
    private int next;

    SoftirqAges() {
        Arrays.setAll(ages, vector -> new AgeHistogram());
    }

    /** {@code vector} has become pending. Interrupts off. */
    @HotPath
    void raised(int vector, long nowNs) {
        SINCE.setOpaque(sinceNs, next + vector, nowNs);
    }

    /** A pass begins, whose vectors are those raised until now. Interrupts off. */
    @HotPath
    void passBegins() {
        next = VECTORS - next;
    }

    /** The action of {@code vector}, of the pass in progress, starts. */
    @HotPath
    void starts(int vector, long nowNs) {
        int slot = VECTORS - next + vector;
        ages[vector].record(nowNs - sinceNs[slot]);
        SINCE.setOpaque(sinceNs, slot, 0L);
    }

    /** Returns the ages of {@code vector} so far. */
    public AgeSnapshot of(SoftirqVector vector) {
        return ages[vector.ordinal()].snapshot();
    }

    /**
     * Returns how long the oldest raise whose action has not started has waited at {@code nowNs}, 0
     * if there is none: what a watchdog looks at. Any thread; racy.
     */
    public long oldestWaitNs(long nowNs) {
        int slot = oldestSlot();
        long since = slot < 0 ? 0 : (long) SINCE.getOpaque(sinceNs, slot);
        return since == 0 ? 0 : Math.max(0, nowNs - since);
    }

    /** Returns whose raise that is, or null if there is none. Any thread; racy. */
    public SoftirqVector oldest() {
        int slot = oldestSlot();
        return slot < 0 ? null : SoftirqVector.of(slot % VECTORS);
    }

    private int oldestSlot() {
        int oldest = -1;
        long oldestNs = Long.MAX_VALUE;
        for (int slot = 0; slot < sinceNs.length; slot++) {
            long since = (long) SINCE.getOpaque(sinceNs, slot);
            if (since != 0 && since < oldestNs) {
                oldest = slot;
                oldestNs = since;
            }
        }
        return oldest;
    }
}
