package org.irqlab.hw.intc;

/**
 * A memory-mapped block of registers, as the instructions of a guest reach it.
 *
 * <p>An access that the architecture forbids never throws: it has its architected result (a read
 * gives zero or all ones, a write is ignored) and is told to the block's {@link GuestErrorSink}.
 *
 * <p><b>Threads.</b> The holder of the CPU {@code cpu}; blocks that several CPUs share order
 * concurrent accesses themselves.
 */
public interface RegisterBlock {
    /** Length of the block in bytes. */
    long size();

    /**
     * Reads {@code bytes} (1, 2, 4 or 8) at {@code offset} from the block's base.
     *
     * @param cpu that executes the read
     * @return the value, zero-extended
     */
    long read(int cpu, long offset, int bytes);

    /**
     * Writes the low {@code bytes} (1, 2, 4 or 8) of {@code value} at {@code offset}.
     *
     * @param cpu that executes the write
     */
    void write(int cpu, long offset, int bytes, long value);
}
