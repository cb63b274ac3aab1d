package org.irqlab.hw.pci;

import org.irqlab.hw.intc.MessageSink;
import org.irqlab.hw.intc.RegisterBlock;

/**
 * Writes of a device that are on their way to memory.
 *
 * <p>A bus may hold posted writes back for as long as it likes, but never lets a later one of the
 * same device overtake. So what comes behind them pushes them out: a message, and the answer to a
 * driver's read. An INTx is a wire beside the bus, and pushes nothing.
 *
 * <p>Here they are held back until something pushes them or the buffer is full, which is the worst
 * that a bus may do.
 *
 * <p><b>Threads.</b> Any. <b>Progress.</b> Blocking: a push returns when all earlier writes have
 * landed, whoever carried them.
 *
 * @see "PCI Local Bus Specification 3.0, Transaction Ordering and Posting"
 */
public final class DmaWrites {
    /** Memory, as a device writes it. */
    @FunctionalInterface
    public interface Memory {
        /** Stores a value, visible to every CPU. */
        void store(long address, long value);
    }

    private final Memory memory;
    // Guarded by this.
    private final long[] addresses;
    private final long[] values;
    private int held;

    /**
     * An empty buffer.
     *
     * @param capacity how many writes the bus holds back at the most
     */
    public DmaWrites(Memory memory, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity=" + capacity + " < 1");
        }
        this.memory = memory;
        addresses = new long[capacity];
        values = new long[capacity];
    }

    /** The device writes; what is there does not change yet. */
    public synchronized void post(long address, long value) {
        if (held == addresses.length) {
            push();
        }
        addresses[held] = address;
        values[held] = value;
        held++;
    }

    /** All writes so far land, in their order. */
    public synchronized void push() {
        for (int n = 0; n < held; n++) {
            memory.store(addresses[n], values[n]);
        }
        held = 0;
    }

    /** Writes on their way. */
    public synchronized int held() {
        return held;
    }

    /** Messages of the device, each of which pushes its earlier writes. */
    public MessageSink before(MessageSink sink) {
        return (address, data) -> {
            push();
            return sink.message(address, data);
        };
    }

    /** Registers of the device, each read of which pushes its earlier writes. */
    public RegisterBlock before(RegisterBlock registers) {
        return new RegisterBlock() {
            @Override
            public long size() {
                return registers.size();
            }

            @Override
            public long read(int cpu, long offset, int bytes) {
                long value = registers.read(cpu, offset, bytes);
                push();
                return value;
            }

            @Override
            public void write(int cpu, long offset, int bytes, long value) {
                registers.write(cpu, offset, bytes, value);
            }
        };
    }
}
