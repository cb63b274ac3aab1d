package org.irqlab.hw.pci;

/**
 * The MSI-X table and pending bit array as a driver sees them: 32-bit words at offsets.
 *
 * <p>A driver that writes the three words of a message while the vector is unmasked makes the
 * entry, for a moment, a mix of old and new, and a fire may send that mix. That is a bug in the
 * driver (it must mask first), and is counted in {@link MsixTable#unmaskedWrites}.
 *
 * <p><b>Threads.</b> Any.
 */
public final class MsixRegisters {
    /** Bytes of one table entry. */
    public static final int ENTRY_BYTES = 16;

    /** Offset in an entry: bits 31:0 of the address. */
    public static final int ADDRESS_LOW = 0;

    /** Offset in an entry: bits 63:32 of the address. */
    public static final int ADDRESS_HIGH = 4;

    /** Offset in an entry: the data. */
    public static final int DATA = 8;

    /** Offset in an entry: vector control, whose bit 0 masks. */
    public static final int VECTOR_CONTROL = 12;

    /** In vector control: no message leaves. */
    static final int MASK_BIT = 1;

    private final MsixTable table;

    /** The registers of {@code table}. */
    public MsixRegisters(MsixTable table) {
        this.table = table;
    }

    /** Reads a word of the table; beyond its end reads 0. */
    public int readTable(int offset) {
        int vector = offset / ENTRY_BYTES;
        if (vector >= table.vectors()) {
            return 0;
        }
        MsiMessage message = table.message(vector);
        return switch (offset % ENTRY_BYTES) {
            case ADDRESS_LOW -> message.addressLow();
            case ADDRESS_HIGH -> message.addressHigh();
            case DATA -> message.data();
            case VECTOR_CONTROL -> table.masked(vector) ? MASK_BIT : 0;
            default -> 0;
        };
    }

    /** Writes a word of the table; beyond its end, or not aligned, has no effect. */
    public void writeTable(int offset, int value) {
        int vector = offset / ENTRY_BYTES;
        if (vector >= table.vectors() || offset % Integer.BYTES != 0) {
            return;
        }
        int word = offset % ENTRY_BYTES;
        if (word != VECTOR_CONTROL) {
            writeMessage(vector, word, value);
        } else if ((value & MASK_BIT) != 0) {
            table.mask(vector);
        } else {
            table.unmask(vector);
        }
    }

    /** Writes both words of an address at once. */
    void writeAddress(int vector, long value) {
        MsiMessage old;
        MsiMessage changed;
        do {
            old = table.message(vector);
            changed = old.withAddressLow((int) value).withAddressHigh((int) (value >>> 32));
        } while (!table.replace(vector, old, changed));
    }

    private void writeMessage(int vector, int word, int value) {
        MsiMessage old;
        MsiMessage changed;
        do {
            old = table.message(vector);
            changed =
                    switch (word) {
                        case ADDRESS_LOW -> old.withAddressLow(value);
                        case ADDRESS_HIGH -> old.withAddressHigh(value);
                        default -> old.withData(value);
                    };
        } while (!table.replace(vector, old, changed));
    }

    /** Reads a word of the pending bit array; beyond its end reads 0. */
    public int readPending(int offset) {
        long bits = table.pendingWord(offset / Long.BYTES);
        return (int) (bits >>> (offset % Long.BYTES * Byte.SIZE));
    }
}
