package org.irqlab.hw.pci;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.MessageSink;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The MSI capability of a function: up to 32 vectors that share one address, and whose data differ
 * in the low bits, which are the vector's index.
 *
 * <p>A function asks for as many vectors as it is capable of; the driver allocates as many or
 * fewer. A device then signals with the index modulo the number allocated.
 *
 * <p><b>Threads.</b> Any thread may fire, mask and unmask. {@link #write} belongs to the holder of
 * the configuration space's lock. A write of address or data reaches the vectors one after the
 * other.
 *
 * <p><b>Progress.</b> A fire of an open vector is wait-free; as {@link MsixTable#fire} otherwise.
 *
 * <p>IMPDEF: an allocation of more than capable is taken as capable. Vectors that are not allocated
 * keep mask and pending bits. Pending bits outlast the time for which MSI is off.
 *
 * <p><b>Not modelled.</b> Extended message data: the upper 16 bits of the data are zero.
 *
 * @see "PCI Local Bus Specification 3.0, MSI Capability Structure"
 */
public final class MsiCapability implements PciCapability {
    /** Capability id. */
    public static final int ID = 0x05;

    /** Most vectors that a function may have. */
    public static final int MAX_VECTORS = 32;

    /** Message control: MSI is on. */
    public static final int CONTROL_ENABLE = 0x0001;

    /** Message control: logarithm of the number of vectors that the function is capable of. */
    public static final int CONTROL_CAPABLE = 0x000e;

    /** Message control: logarithm of the number of vectors that the driver has allocated. */
    public static final int CONTROL_ALLOCATED = 0x0070;

    /** Message control: the address has 64 bits, and the registers behind it are moved. */
    public static final int CONTROL_64BIT = 0x0080;

    /** Message control: there are mask and pending bits. */
    public static final int CONTROL_MASKABLE = 0x0100;

    /** Width of the address. */
    public enum Address {
        BITS_32,
        BITS_64
    }

    /** Whether the function has mask and pending bits. */
    public enum Masking {
        NONE,
        PER_VECTOR
    }

    private static final int CAPABLE_SHIFT = 1;
    private static final int ALLOCATED_SHIFT = 4;
    private static final int DATA_MASK = 0xffff;
    private static final int CONTROL = 0;
    private static final int ADDRESS_LOW = 1;

    private final MessageVectors vectors;
    private final int fixedControl;
    // Word numbers of the registers, -1 for those that there are not.
    private final int addressHighWord;
    private final int dataWord;
    private final int maskWord;
    private final int pendingWord;
    // Any thread.
    private final AtomicLong openWrites = new AtomicLong();
    // Written under the configuration space's lock, read by any thread.
    private volatile int control;
    private volatile int allocated = 1;
    private volatile MsiMessage message = MsiMessage.NONE;

    /**
     * A capability after reset: disabled, one vector allocated, none masked.
     *
     * @param capable 1, 2, 4, 8, 16 or 32 vectors
     * @param sink where the function's messages go
     */
    public MsiCapability(int capable, Address address, Masking masking, MessageSink sink) {
        if (capable < 1 || capable > MAX_VECTORS || Integer.bitCount(capable) != 1) {
            throw new IllegalArgumentException(
                    "capable=" + capable + " is not a power of two in 1..MAX_VECTORS=32");
        }
        boolean wide = address == Address.BITS_64;
        boolean maskable = masking == Masking.PER_VECTOR;
        vectors = new MessageVectors(capable, MessageVectors.DISABLED, sink);
        fixedControl =
                Integer.numberOfTrailingZeros(capable) << CAPABLE_SHIFT
                        | (wide ? CONTROL_64BIT : 0)
                        | (maskable ? CONTROL_MASKABLE : 0);
        addressHighWord = wide ? ADDRESS_LOW + 1 : -1;
        dataWord = wide ? ADDRESS_LOW + 2 : ADDRESS_LOW + 1;
        maskWord = maskable ? dataWord + 1 : -1;
        pendingWord = maskable ? dataWord + 2 : -1;
        program();
    }

    /**
     * The device signals its interrupt number {@code index}.
     *
     * @param index from 0; modulo the number of vectors allocated
     * @return as {@link MsixTable#fire}
     */
    @HotPath
    public FireOutcome fire(int index) {
        return vectors.fire(index & (allocated - 1));
    }

    /** Masks one vector; without effect if the function has no mask bits. */
    public void mask(int vector) {
        if (maskWord > 0) {
            vectors.update(vector, MessageVectors.VECTOR_MASKED, 0);
        }
    }

    /** Unmasks one vector; sends its message if a fire is pending and nothing else closes it. */
    public void unmask(int vector) {
        if (maskWord > 0) {
            vectors.update(vector, 0, MessageVectors.VECTOR_MASKED);
        }
    }

    @Override
    public int id() {
        return ID;
    }

    @Override
    public int words() {
        return Math.max(dataWord, pendingWord) + 1;
    }

    @Override
    public int read(int index) {
        if (index == CONTROL) {
            return (control | fixedControl) << Short.SIZE;
        }
        if (index == ADDRESS_LOW) {
            return message.addressLow();
        }
        if (index == addressHighWord) {
            return message.addressHigh();
        }
        if (index == dataWord) {
            return message.data();
        }
        return index == maskWord ? maskBits() : index == pendingWord ? pendingBits() : 0;
    }

    @Override
    public boolean write(int index, int value, int lanes) {
        int merged = read(index) & ~lanes | value & lanes;
        if (index == CONTROL) {
            return writeControl(merged >>> Short.SIZE);
        }
        if (index == ADDRESS_LOW) {
            rewrite(message.withAddressLow(merged));
        } else if (index == addressHighWord) {
            rewrite(message.withAddressHigh(merged));
        } else if (index == dataWord) {
            rewrite(message.withData(merged & DATA_MASK));
        } else if (index == maskWord) {
            writeMask(merged);
        }
        return true;
    }

    private boolean writeControl(int value) {
        int capableLog = Integer.numberOfTrailingZeros(vectors.vectors());
        int askedLog = (value & CONTROL_ALLOCATED) >> ALLOCATED_SHIFT;
        int log = Math.min(askedLog, capableLog);
        boolean enable = (value & CONTROL_ENABLE) != 0;
        int open = enable ? 1 << log : 0;
        // First no vector that must close may send, then the messages change, then vectors open.
        close(open);
        control = value & CONTROL_ENABLE | log << ALLOCATED_SHIFT;
        if (allocated != 1 << log) {
            allocated = 1 << log;
            program();
        }
        for (int vector = 0; vector < open; vector++) {
            vectors.update(vector, 0, MessageVectors.DISABLED);
        }
        return askedLog <= capableLog;
    }

    private void close(int from) {
        for (int vector = from; vector < vectors.vectors(); vector++) {
            vectors.update(vector, MessageVectors.DISABLED, 0);
        }
    }

    private void writeMask(int bits) {
        for (int vector = 0; vector < vectors.vectors(); vector++) {
            if ((bits >>> vector & 1) != 0) {
                mask(vector);
            } else {
                unmask(vector);
            }
        }
    }

    private void rewrite(MsiMessage changed) {
        message = changed;
        if (program()) {
            openWrites.incrementAndGet();
        }
    }

    /** Gives every vector its message: the low bits of the data are its index. */
    private boolean program() {
        boolean open = false;
        int index = allocated - 1;
        for (int vector = 0; vector < vectors.vectors(); vector++) {
            int data = message.data() & ~index | vector & index;
            open |= vectors.writeMessage(vector, message.withData(data));
        }
        return open;
    }

    private int maskBits() {
        int bits = 0;
        for (int vector = 0; vector < vectors.vectors(); vector++) {
            bits |= vectors.masked(vector) ? 1 << vector : 0;
        }
        return bits;
    }

    /** The pending bits, one per vector. */
    public int pendingBits() {
        int bits = 0;
        for (int vector = 0; vector < vectors.vectors(); vector++) {
            bits |= vectors.pending(vector) ? 1 << vector : 0;
        }
        return bits;
    }

    /** Number of vectors that the function is capable of. */
    public int capable() {
        return vectors.vectors();
    }

    /** Number of vectors that the driver has allocated. */
    public int allocated() {
        return allocated;
    }

    @Override
    public boolean enabled() {
        return (control & CONTROL_ENABLE) != 0;
    }

    @Override
    public void busMaster(boolean on) {
        int bit = MessageVectors.NO_BUS_MASTER;
        vectors.updateAll(on ? 0 : bit, on ? bit : 0);
    }

    /** As {@link MsixTable#released(FireOutcome)}. */
    public long released(FireOutcome outcome) {
        return vectors.released(outcome);
    }

    /** All messages sent for pending fires. */
    public long released() {
        return vectors.released();
    }

    /** As {@link MsixTable#droppedWithoutBusMaster}. */
    public long droppedWithoutBusMaster() {
        return vectors.droppedWithoutBusMaster();
    }

    /**
     * Writes of address or data while a vector could send: the device may have sent a mix. A driver
     * of a function without mask bits has no other way to move a vector than to write it twice, so
     * that each mix is one that somebody takes.
     */
    public long openWrites() {
        return openWrites.get();
    }
}
