package org.irqlab.hw.intc.gicv3;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where one CPU looks for its most urgent interrupt: a bitmap of interrupts for each priority, with
 * summaries above.
 *
 * <p>A bit is a <em>hint</em>, the interrupt's word is the truth. Whoever makes an interrupt
 * pending for this CPU at this priority sets the bit after changing the word; the owner clears the
 * bit before it reads the word again. So an eligible interrupt is never without its bit for longer
 * than a fire takes, and a bit whose interrupt has moved, or has been withdrawn, is found out and
 * dropped.
 *
 * <p>Summary bits are hints about bits. They are left set when the last bit below goes, since the
 * next fire of the same interrupt needs them again; the owner clears them where more than {@value
 * #MOST_EMPTY} in a row led nowhere.
 *
 * <p><b>Threads.</b> {@link #set}: any. The rest: the CPU's owner.
 *
 * <p><b>Progress.</b> Wait-free but for the JVM's loop around an atomic OR.
 */
@HotPath
final class PriorityHints {
    /** {@link #first} found nothing; greater than every hint. */
    static final int NONE = Integer.MAX_VALUE;

    /** Bits of a hint below the level: a tag and a slot. */
    static final int LEVEL_SHIFT = 19;

    /** Tells the hints of two maps apart. */
    static final int TAG = 1 << 18;

    static final int SLOT_MASK = TAG - 1;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    // Two cache lines: the adjacent-line prefetcher pairs lines.
    private static final int PADDING = 128 / Long.BYTES;
    private static final int LINE = 64 / Long.BYTES;
    private static final int SUMMARY = PADDING;
    private static final int MOST_EMPTY = 2;

    private final int tag;
    private final int summaries;
    private final int levels;
    private final int mids;
    private final int stride;

    // Any thread, through WORD: summaries of levels, then for each level one word over the words
    // over the words of its bits.
    private final long[] words;

    /**
     * A map for slots 0 to {@code slots}-1.
     *
     * @param levels number of priorities
     * @param tag {@link #TAG} or 0
     */
    PriorityHints(int levels, int slots, int tag) {
        int leaves = (slots + Long.SIZE - 1) / Long.SIZE;
        this.tag = tag;
        summaries = (levels + Long.SIZE - 1) / Long.SIZE;
        mids = (leaves + Long.SIZE - 1) / Long.SIZE;
        stride = (1 + mids + leaves + LINE - 1) / LINE * LINE;
        this.levels = SUMMARY + LINE;
        words = new long[this.levels + levels * stride + PADDING];
    }

    /** Sets the bit of an interrupt whose word says that it is pending here. */
    void set(int level, int slot) {
        int top = levels + level * stride;
        // From the bit upwards: who follows a summary must find what it promises. Also where a
        // summary is set already by a fire that has not come to the next one yet.
        raise(top + 1 + mids + (slot >>> 6), 1L << slot);
        raise(top + 1 + (slot >>> 12), 1L << (slot >>> 6));
        if (mids > 1) {
            raise(top, 1L << (slot >>> 12));
        }
        raise(SUMMARY + (level >>> 6), 1L << level);
    }

    private void raise(int index, long bit) {
        // A bit that is set need not be set again. Volatile: this load follows the change of what
        // the bit stands for, as the owner's load of that follows its clearing of the bit in
        // lower(). One of the two sees the other.
        if (((long) WORD.getVolatile(words, index) & bit) == 0) {
            WORD.getAndBitwiseOr(words, index, bit);
        }
    }

    private void lower(int index, long bit) {
        WORD.getAndBitwiseAnd(words, index, ~bit);
    }

    /**
     * Clears a bit, as {@link #first} returned it; the caller then reads the interrupt's word. The
     * clearing is a full fence between the two and pairs with the load in {@link #set}.
     */
    void clear(int hint) {
        int top = levels + (hint >>> LEVEL_SHIFT) * stride;
        int slot = hint & SLOT_MASK;
        lower(top + 1 + mids + (slot >>> 6), 1L << slot);
    }

    /** The most urgent hint, level above tag above slot; or {@link #NONE}. */
    int first() {
        int empty = 0;
        for (int index = 0; index < summaries; index++) {
            long left = (long) WORD.getAcquire(words, SUMMARY + index);
            while (left != 0) {
                int level = (index << 6) + Long.numberOfTrailingZeros(left);
                int slot = firstOf(level);
                if (slot >= 0) {
                    return level << LEVEL_SHIFT | tag | slot;
                }
                if (++empty > MOST_EMPTY) {
                    prune(SUMMARY + index, left & -left, level);
                }
                left &= left - 1;
            }
        }
        return NONE;
    }

    /** Takes a level out of the summary, unless it turns out to have something. */
    private void prune(int index, long bit, int level) {
        lower(index, bit);
        // A fire whose bit this does not see will find the summary bit clear, and set it.
        if (firstOf(level) >= 0) {
            raise(index, bit);
        }
    }

    private int firstOf(int level) {
        int top = levels + level * stride;
        if (mids == 1) {
            return firstBelow(top, 0);
        }
        int empty = 0;
        long left = (long) WORD.getAcquire(words, top);
        while (left != 0) {
            int mid = Long.numberOfTrailingZeros(left);
            int slot = firstBelow(top, mid);
            if (slot >= 0) {
                return slot;
            }
            if (++empty > MOST_EMPTY) {
                lower(top, left & -left);
                if (firstBelow(top, mid) >= 0) {
                    raise(top, left & -left);
                }
            }
            left &= left - 1;
        }
        return -1;
    }

    private int firstBelow(int top, int mid) {
        int empty = 0;
        int midIndex = top + 1 + mid;
        long left = (long) WORD.getAcquire(words, midIndex);
        while (left != 0) {
            int word = (mid << 6) + Long.numberOfTrailingZeros(left);
            int leaf = top + 1 + mids + word;
            long bits = (long) WORD.getAcquire(words, leaf);
            if (bits != 0) {
                return (word << 6) + Long.numberOfTrailingZeros(bits);
            }
            if (++empty > MOST_EMPTY) {
                lower(midIndex, left & -left);
                if ((long) WORD.getVolatile(words, leaf) != 0) {
                    raise(midIndex, left & -left);
                }
            }
            left &= left - 1;
        }
        return -1;
    }
}
