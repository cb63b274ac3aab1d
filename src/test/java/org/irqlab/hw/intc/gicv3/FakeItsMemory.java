package org.irqlab.hw.intc.gicv3;

/** A piece of guest memory; what lies outside is none. */
final class FakeItsMemory implements ItsMemory {
    private final long base;
    private final long[] words;

    FakeItsMemory(long base, int bytes) {
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
            throw new IllegalStateException("address 0x" + Long.toHexString(address));
        }
        return (int) ((address - base) / Long.BYTES);
    }
}
