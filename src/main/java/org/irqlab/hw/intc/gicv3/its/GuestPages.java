package org.irqlab.hw.intc.gicv3.its;

/**
 * A piece of guest memory in which a driver keeps what the interrupt controller reads.
 *
 * <p><b>Threads.</b> As its user orders them: plain words.
 */
public final class GuestPages implements ItsMemory {
    private final long base;
    private final long[] words;

    /** Makes {@code bytes} of zeroes from guest address {@code base} on. */
    public GuestPages(long base, int bytes) {
        this.base = base;
        words = new long[bytes / Long.BYTES];
    }

    @Override
    public boolean holds(long address, long bytes) {
        return address >= base && address - base + bytes <= (long) words.length * Long.BYTES;
    }

    @Override
    public long read64(long address) {
        return words[index(address)];
    }

    @Override
    public void write64(long address, long value) {
        words[index(address)] = value;
    }

    private int index(long address) {
        if (address % Long.BYTES != 0) {
            throw new IllegalStateException(
                    "address=0x" + Long.toHexString(address) + " is not a multiple of 8");
        }
        return Math.toIntExact((address - base) / Long.BYTES);
    }
}
