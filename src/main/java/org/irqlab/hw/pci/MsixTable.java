package org.irqlab.hw.pci;

import org.irqlab.hw.intc.MessageSink;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The MSI-X table and pending bit array (PBA) of one PCI function.
 *
 * <p>A pending bit is never set on an open vector, and opening a vector sends exactly one message
 * for however many fires it covers, whichever of the two masks covered them.
 *
 * <p><b>Threads.</b> Any thread may fire, mask, unmask and program. A switch of the whole function
 * reaches the vectors one after the other.
 *
 * <p><b>Progress.</b> A fire of an open vector is one load of that vector's word and the message.
 * Everything else about one vector is lock-free.
 *
 * <p><b>Memory ordering.</b> What a device wrote before {@link #fire} is visible to the handler
 * that takes the message, also to one that takes it after the vector was unmasked.
 *
 * <p>SIMPLIFIED: reading the table back does not wait for a fire that has passed the mask and has
 * not sent yet; its message, whole, may arrive after {@link #mask} returned. The messages of one
 * device thread stay in order, so a message to a new target implies that its earlier ones to the
 * old target have arrived.
 *
 * @see "PCI Express Base Specification, MSI-X Capability and Table Structures"
 */
public final class MsixTable extends MessageVectors {
    /** Most vectors that a function may have. */
    public static final int MAX_VECTORS = 2048;

    /** Control word: MSI-X is on. */
    public static final int CONTROL_ENABLE = 0x8000;

    /** Control word: all vectors are masked, whatever their own masks say. */
    public static final int CONTROL_FUNCTION_MASK = 0x4000;

    private final int requesterId;

    // Any thread.
    private final AtomicLong unmaskedWrites = new AtomicLong();
    private final AtomicInteger control = new AtomicInteger();

    /**
     * A table after reset: disabled, every vector masked, no message. Its function is a bus master
     * until a {@link PciConfigSpace} says otherwise.
     *
     * @param vectors 1 to {@link #MAX_VECTORS}
     * @param sink where the function's messages go
     */
    public MsixTable(int vectors, MessageSink sink) {
        this(vectors, sink, 0);
    }

    /**
     * As above, for a function that has an address.
     *
     * @param requesterId under which {@code sink} takes the function's messages
     */
    public MsixTable(int vectors, MessageSink sink, int requesterId) {
        super(checked(vectors), DISABLED | VECTOR_MASKED, sink);
        this.requesterId = requesterId;
    }

    /** The id that the function's messages carry. */
    public int requesterId() {
        return requesterId;
    }

    private static int checked(int vectors) {
        if (vectors < 1 || vectors > MAX_VECTORS) {
            throw new IllegalArgumentException(
                    "vectors=" + vectors + " not in 1..MAX_VECTORS=" + MAX_VECTORS);
        }
        return vectors;
    }

    /** Masks one vector. */
    public void mask(int vector) {
        update(vector, VECTOR_MASKED, 0);
    }

    /** Unmasks one vector; sends its message if a fire is pending and nothing else closes it. */
    public void unmask(int vector) {
        update(vector, 0, VECTOR_MASKED);
    }

    /**
     * Writes the control word of the capability: {@link #CONTROL_ENABLE}, {@link
     * #CONTROL_FUNCTION_MASK}. Pending bits outlast the time for which MSI-X is off.
     */
    public synchronized void writeControl(int value) {
        control.set(value & (CONTROL_ENABLE | CONTROL_FUNCTION_MASK));
        int closing =
                ((value & CONTROL_ENABLE) == 0 ? DISABLED : 0)
                        | ((value & CONTROL_FUNCTION_MASK) != 0 ? FUNCTION_MASKED : 0);
        updateAll(closing, (DISABLED | FUNCTION_MASKED) & ~closing);
    }

    /** The control word: enable, function mask, and the table size less one in bits 10:0. */
    public int control() {
        return control.get() | (vectors() - 1);
    }

    /** Whether MSI-X is on. */
    public boolean enabled() {
        return (control.get() & CONTROL_ENABLE) != 0;
    }

    /** Whether the function may send; while it may not, no message leaves. */
    synchronized void busMaster(boolean on) {
        updateAll(on ? 0 : NO_BUS_MASTER, on ? NO_BUS_MASTER : 0);
    }

    /**
     * Programs one vector. A fire sends either the old message or the new one, never a mix; writing
     * an unmasked vector is a guest error nevertheless, and counted.
     */
    public void program(int vector, MsiMessage message) {
        count(writeMessage(vector, message));
    }

    /** Writes the entry unless another write came first; for writes of single words. */
    boolean replace(int vector, MsiMessage expected, MsiMessage message) {
        boolean replaced = replaceMessage(vector, expected, message);
        if (replaced) {
            count(wrote(vector));
        }
        return replaced;
    }

    private void count(boolean open) {
        if (open) {
            unmaskedWrites.incrementAndGet();
        }
    }

    /** 64 bits of the pending bit array. */
    public long pendingWord(int index) {
        long bits = 0;
        int end = Math.min(vectors(), (index + 1) * Long.SIZE);
        for (int vector = index * Long.SIZE; vector < end; vector++) {
            bits |= pending(vector) ? 1L << vector : 0;
        }
        return bits;
    }

    /** Guest errors: writes of a message while its vector was unmasked. */
    public long unmaskedWrites() {
        return unmaskedWrites.get();
    }
}
