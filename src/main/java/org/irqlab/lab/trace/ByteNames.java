package org.irqlab.lab.trace;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Finds the number of a name from its bytes: an open-addressing table in front of a {@link
 * NameTable}, so that a String is made only for a name that was never seen.
 *
 * <p><b>Threads.</b> One.
 */
final class ByteNames {
    /** A trace names tasks, functions and devices: this many is not a trace. */
    private static final int MOST_NAMES = 1 << 18;

    private static final int LONGEST_NAME_BYTES = 1 << 10;
    private static final int FIRST_SLOTS = 1 << 11;
    private static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final NameTable names;
    // By slot.
    private int[] slotEntry = new int[FIRST_SLOTS];
    private long[] slotHash = new long[FIRST_SLOTS];
    // By entry, from 1.
    private int[] id = new int[FIRST_SLOTS];
    private int[] start = new int[FIRST_SLOTS + 1];
    private byte[] bytes = new byte[FIRST_SLOTS * 16];
    private int count;

    ByteNames(NameTable names) {
        this.names = names;
        start[1] = 0;
    }

    /**
     * Returns the number of the name from {@code from} to {@code to} of the cursor's line.
     *
     * <p>Reads up to {@link LineScanner#SLACK_BYTES} beyond {@code to}.
     */
    @HotPath
    int id(Cursor cursor, int from, int to) {
        int length = to - from;
        if (length <= 0) {
            return 0;
        }
        byte[] text = cursor.text;
        long hash = hash(text, from, length);
        int mask = slotEntry.length - 1;
        int slot = (int) hash & mask;
        int entry;
        while ((entry = slotEntry[slot]) != 0) {
            if (slotHash[slot] == hash && same(entry, text, from, length)) {
                return id[entry];
            }
            slot = slot + 1 & mask;
        }
        return add(cursor, from, to, hash);
    }

    private static long hash(byte[] text, int from, int length) {
        long hash = length;
        int i = from;
        int left = length;
        for (; left >= Long.BYTES; left -= Long.BYTES, i += Long.BYTES) {
            hash = mix(hash ^ (long) WORD.get(text, i));
        }
        if (left > 0) {
            hash = mix(hash ^ tail(text, i, left));
        }
        return hash;
    }

    private static long tail(byte[] text, int at, int left) {
        return (long) WORD.get(text, at) & (1L << (left << 3)) - 1;
    }

    private static long mix(long word) {
        long product = word * 0x9e3779b97f4a7c15L;
        return product ^ product >>> 32;
    }

    private boolean same(int entry, byte[] text, int from, int length) {
        int other = start[entry];
        if (start[entry + 1] - other != length) {
            return false;
        }
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            if ((long) WORD.get(text, from + i) != (long) WORD.get(bytes, other + i)) {
                return false;
            }
        }
        int left = length - i;
        return left == 0 || tail(text, from + i, left) == tail(bytes, other + i, left);
    }

    private int add(Cursor cursor, int from, int to, long hash) {
        int length = to - from;
        if (length > LONGEST_NAME_BYTES || count >= MOST_NAMES) {
            throw cursor.failure(
                    length > LONGEST_NAME_BYTES
                            ? "a name of " + length + " bytes"
                            : "more than " + MOST_NAMES + " different names",
                    "not a trace of irq, softirq, workqueue and sched events");
        }
        reserve(length);
        int entry = ++count;
        System.arraycopy(cursor.text, from, bytes, start[entry], length);
        start[entry + 1] = start[entry] + length;
        id[entry] = names.id(cursor.text, from, to);
        insert(entry, hash);
        return id[entry];
    }

    private void reserve(int length) {
        int entry = count + 1;
        if (entry + 2 > id.length) {
            id = Arrays.copyOf(id, id.length * 2);
            start = Arrays.copyOf(start, id.length + 1);
        }
        int needed = start[entry] + length + Long.BYTES;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
        }
        if (entry * 2 > slotEntry.length) {
            int[] oldEntries = slotEntry;
            long[] oldHashes = slotHash;
            slotEntry = new int[oldEntries.length * 2];
            slotHash = new long[oldEntries.length * 2];
            for (int i = 0; i < oldEntries.length; i++) {
                if (oldEntries[i] != 0) {
                    insert(oldEntries[i], oldHashes[i]);
                }
            }
        }
    }

    private void insert(int entry, long hash) {
        int mask = slotEntry.length - 1;
        int slot = (int) hash & mask;
        while (slotEntry[slot] != 0) {
            slot = slot + 1 & mask;
        }
        slotEntry[slot] = entry;
        slotHash[slot] = hash;
    }
}
