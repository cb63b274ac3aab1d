package org.irqlab.hw.pci;

/**
 * One message-signalled interrupt: a write of {@code data} to {@code address}. Immutable, so that
 * whoever holds one holds a pair that was once the whole table entry.
 *
 * @param address a multiple of 4
 * @param data as the interrupt controller defines it
 */
public record MsiMessage(long address, int data) {
    /** What a table entry holds after reset. */
    public static final MsiMessage NONE = new MsiMessage(0, 0);

    private static final long LOW_WORD = 0xffff_ffffL;

    public MsiMessage {
        if ((address & 3) != 0) {
            throw new IllegalArgumentException(
                    "address=0x" + Long.toHexString(address) + " is not a multiple of 4");
        }
    }

    int addressLow() {
        return (int) address;
    }

    int addressHigh() {
        return (int) (address >>> Integer.SIZE);
    }

    /** The entry after a write of its first word, whose two low bits are hard-wired to zero. */
    MsiMessage withAddressLow(int word) {
        return new MsiMessage(address & ~LOW_WORD | word & LOW_WORD & ~3L, data);
    }

    MsiMessage withAddressHigh(int word) {
        return new MsiMessage((long) word << Integer.SIZE | address & LOW_WORD, data);
    }

    MsiMessage withData(int word) {
        return new MsiMessage(address, word);
    }
}
