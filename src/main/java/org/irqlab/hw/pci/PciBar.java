package org.irqlab.hw.pci;

import org.irqlab.hw.intc.RegisterBlock;

/**
 * A base address register of a function, of 32-bit memory that is not prefetchable, and what lies
 * behind it.
 *
 * @param index 0 to 5
 * @param registers what the function decodes; its size is a power of two, 16 bytes to 2 GiB
 */
public record PciBar(int index, RegisterBlock registers) {
    /** Number of base address registers of an ordinary function. */
    public static final int COUNT = 6;

    private static final long LEAST_BYTES = 16;
    private static final long MOST_BYTES = 1L << 31;

    public PciBar {
        checkIndex(index);
        long size = registers.size();
        if (size < LEAST_BYTES || size > MOST_BYTES || Long.bitCount(size) != 1) {
            throw new IllegalArgumentException(
                    "size=" + size + " is not a power of two in 16..2147483648");
        }
    }

    static void checkIndex(int index) {
        if (index < 0 || index >= COUNT) {
            throw new IllegalArgumentException("bar=" + index + " not in 0..COUNT=" + (COUNT - 1));
        }
    }

    /** The address bits that software can write: all above the size. */
    int addressMask() {
        return (int) -registers.size();
    }
}
