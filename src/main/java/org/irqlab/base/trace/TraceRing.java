package org.irqlab.base.trace;

import org.irqlab.base.HotPath;

/**
 * The events of one virtual CPU, in order: a preallocated buffer of fixed-size binary records.
 *
 * <p>When it is full, further events are counted and dropped, so that what is there stays
 * contiguous from the start.
 *
 * <p><b>Threads.</b> Written by the holder of the CPU's baton only; read after the CPU has stopped.
 */
public final class TraceRing {
    private static final int WORDS = 5;
    private static final int FLAG_SHIFT = 8;
    private static final int PID_SHIFT = 32;
    private static final long FLAG_MASK = 0xffffff;

    private final long[] words;
    private int used;
    private long dropped;

    /** Makes a ring that holds {@code capacity} events, 40 bytes each. */
    public TraceRing(int capacity) {
        words = new long[Math.multiplyExact(capacity, WORDS)];
    }

    /**
     * Appends an event.
     *
     * @param flags the 24 bits of {@link TraceFlags}
     */
    @HotPath
    public void record(long timeNs, Tracepoint event, int flags, int pid, long a, long b, long c) {
        int at = used;
        if (at + WORDS > words.length) {
            dropped++;
            return;
        }
        words[at] = timeNs;
        words[at + 1] =
                event.ordinal() | (flags & FLAG_MASK) << FLAG_SHIFT | (long) pid << PID_SHIFT;
        words[at + 2] = a;
        words[at + 3] = b;
        words[at + 4] = c;
        used = at + WORDS;
    }

    /** Forgets everything recorded: the end of a warm-up. */
    public void clear() {
        used = 0;
        dropped = 0;
    }

    public int size() {
        return used / WORDS;
    }

    /** Returns how many events found the ring full. */
    public long dropped() {
        return dropped;
    }

    public long timeNs(int index) {
        return words[index * WORDS];
    }

    public Tracepoint event(int index) {
        return TRACEPOINTS[(int) (words[index * WORDS + 1] & 0xff)];
    }

    public int flags(int index) {
        return (int) (words[index * WORDS + 1] >>> FLAG_SHIFT & FLAG_MASK);
    }

    public int pid(int index) {
        return (int) (words[index * WORDS + 1] >>> PID_SHIFT);
    }

    public long a(int index) {
        return words[index * WORDS + 2];
    }

    public long b(int index) {
        return words[index * WORDS + 3];
    }

    public long c(int index) {
        return words[index * WORDS + 4];
    }

    private static final Tracepoint[] TRACEPOINTS = Tracepoint.values();
}
