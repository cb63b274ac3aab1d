package org.irqlab.lab.scenario;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A device's ring of descriptors, each holding its own number: whatever interrupts are coalesced,
 * each descriptor must be served once, in order.
 *
 * <p><b>Threads.</b> One producer, one consumer at a time.
 */
final class DescriptorRing {
    private final long[] slots;
    private final AtomicLong head = new AtomicLong();

    @SuppressWarnings("unused") // Keeps the two indices on cache lines of their own.
    private final long[] padding = new long[16];

    private final AtomicLong tail = new AtomicLong();
    // Consumer only.
    private long wrong;

    /**
     * @param capacity a power of two
     */
    DescriptorRing(int capacity) {
        slots = new long[capacity];
    }

    /** Posts the next descriptor; {@code false} when the ring is full. */
    boolean post() {
        long next = head.getPlain();
        // Pairs with the release in serve(): the slot has been read.
        if (next - tail.getAcquire() == slots.length) {
            return false;
        }
        slots[(int) next & slots.length - 1] = next;
        head.setRelease(next + 1);
        return true;
    }

    /** Serves what was posted before this call. */
    int serve() {
        long from = tail.getPlain();
        // Pairs with the release in post().
        long to = head.getAcquire();
        for (long next = from; next < to; next++) {
            if (slots[(int) next & slots.length - 1] != next) {
                wrong++;
            }
        }
        tail.setRelease(to);
        return (int) (to - from);
    }

    long posted() {
        return head.get();
    }

    long served() {
        return tail.get();
    }

    /** Returns how many descriptors held another's number. After the run. */
    long wrong() {
        return wrong;
    }
}
