package org.irqlab.hw.intc.gicv3.its;

/**
 * The guest memory that the interrupt translation service reads its command queue from.
 *
 * <p><b>Threads.</b> Any; a thread sees what it wrote itself, and what another wrote before it
 * wrote the register that this thread was told of.
 */
public interface ItsMemory {
    /** Whether {@code bytes} bytes from {@code address} on are memory. */
    boolean holds(long address, long bytes);

    /** Reads 8 bytes, little-endian, at an address that is a multiple of 8 and is memory. */
    long read64(long address);

    /** Writes 8 bytes, little-endian, at an address that is a multiple of 8 and is memory. */
    void write64(long address, long value);
}
