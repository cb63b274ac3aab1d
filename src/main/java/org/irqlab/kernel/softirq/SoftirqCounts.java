package org.irqlab.kernel.softirq;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What became of the raises of one CPU: once nothing is pending, raised = ran + merged, for every
 * vector.
 *
 * <p><b>Threads.</b> Written by the holder of the CPU's baton; read by any thread, exactly once the
 * machine is quiet.
 */
public final class SoftirqCounts {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int VECTORS = SoftirqVector.count();
    private static final int PAD = 128 / Long.BYTES;
    private static final int RAISED = PAD;
    private static final int MERGED = RAISED + VECTORS;
    private static final int RAN = MERGED + VECTORS;
    private static final int PASSES = RAN + VECTORS;
    private static final int HANDED_OVER = PASSES + 1;
    private static final int HELD_BACK = HANDED_OVER + 1;
    private static final int RAN_DRY = HELD_BACK + 1;

    private final long[] slots = new long[RAN_DRY + 1 + PAD];

    @HotPath
    private void add(int slot) {
        SLOT.setOpaque(slots, slot, slots[slot] + 1);
    }

    private long read(int slot) {
        return (long) SLOT.getOpaque(slots, slot);
    }

    @HotPath
    void addRaised(int vector) {
        add(RAISED + vector);
    }

    @HotPath
    void addMerged(int vector) {
        add(MERGED + vector);
    }

    @HotPath
    void addRan(int vector) {
        add(RAN + vector);
    }

    @HotPath
    void addPass() {
        add(PASSES);
    }

    @HotPath
    void addHandedOver() {
        add(HANDED_OVER);
    }

    @HotPath
    void addHeldBack() {
        add(HELD_BACK);
    }

    @HotPath
    void addRanDry() {
        add(RAN_DRY);
    }

    public long raised(SoftirqVector vector) {
        return read(RAISED + vector.ordinal());
    }

    /** Returns how many raises found their vector pending. */
    public long merged(SoftirqVector vector) {
        return read(MERGED + vector.ordinal());
    }

    public long ran(SoftirqVector vector) {
        return read(RAN + vector.ordinal());
    }

    public long passes() {
        return read(PASSES);
    }

    /** Returns how often the limits left work to ksoftirqd. */
    public long handedOver() {
        return read(HANDED_OVER);
    }

    /** Returns how often a run ended because nothing was pending any more. */
    public long ranDry() {
        return read(RAN_DRY);
    }

    /** Returns how often the policy kept pending vectors from running on the spot. */
    public long heldBack() {
        return read(HELD_BACK);
    }
}
