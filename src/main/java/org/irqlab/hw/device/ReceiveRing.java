package org.irqlab.hw.device;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A ring of received frames in memory that the device writes and the driver reads: the frame's time
 * of arrival and its content, one word each, as a descriptor would carry them.
 *
 * <p><b>Threads.</b> One producer, the device; one consumer at a time, which hands over to the next
 * one with a full barrier. <b>Progress.</b> Wait-free; nothing is allocated.
 *
 * <p><b>Memory ordering.</b> A slot is read after the release store that published it, and written
 * again after the release store that freed it (I-71).
 */
public final class ReceiveRing {
    private static final VarHandle INDEX = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PAD = 128 / Long.BYTES;
    private static final int PRODUCED = PAD;
    private static final int CONSUMED = 2 * PAD;

    private final long[] stampsNs;
    private final long[] words;
    private final int mask;

    // Each index on cache lines of its own.
    private final long[] indices = new long[3 * PAD];

    /** Makes an empty ring of {@code slots}, a power of two. */
    public ReceiveRing(int slots) {
        if (slots < 2 || Integer.bitCount(slots) != 1) {
            throw new IllegalArgumentException("slots=" + slots + " is not a power of two");
        }
        stampsNs = new long[slots];
        words = new long[slots];
        mask = slots - 1;
    }

    /** Writes a frame; {@code false} if the ring is full: the frame is lost. By the device. */
    @HotPath
    public boolean offer(long stampNs, long word) {
        long produced = indices[PRODUCED];
        // Pairs with the release of consume(): the slot has been read.
        if (produced - (long) INDEX.getAcquire(indices, CONSUMED) > mask) {
            return false;
        }
        stampsNs[(int) produced & mask] = stampNs;
        words[(int) produced & mask] = word;
        INDEX.setRelease(indices, PRODUCED, produced + 1);
        return true;
    }

    /** Returns how many frames wait. Acquires what they hold; pairs with offer(). */
    @HotPath
    public int available() {
        return (int) ((long) INDEX.getAcquire(indices, PRODUCED) - indices[CONSUMED]);
    }

    /** Returns when the oldest frame arrived. By the consumer, with one available. */
    @HotPath
    public long stampNs() {
        return stampsNs[(int) indices[CONSUMED] & mask];
    }

    /** Returns the oldest frame's content. */
    @HotPath
    public long word() {
        return words[(int) indices[CONSUMED] & mask];
    }

    /** Frees the oldest frame's slot. */
    @HotPath
    public void consume() {
        INDEX.setRelease(indices, CONSUMED, indices[CONSUMED] + 1);
    }

    /** Returns how many frames were written. Any thread. */
    public long produced() {
        return (long) INDEX.getOpaque(indices, PRODUCED);
    }

    /** Returns how many frames were read. Any thread. */
    public long consumed() {
        return (long) INDEX.getOpaque(indices, CONSUMED);
    }
}
