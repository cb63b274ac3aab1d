package org.irqlab.hw.intc.gicv3.its;

/**
 * One GITS_BASER: the memory for one of the service's tables, and so the room in it.
 *
 * <p><b>Threads.</b> Under the monitor of {@link ItsRegisters}.
 */
final class ItsTableRegister {
    /** Type: no such table. */
    static final int UNIMPLEMENTED = 0;

    /** Type: device table. */
    static final int DEVICES = 1;

    /** Type: collection table. */
    static final int COLLECTIONS = 4;

    static final long VALID = 1L << 63;
    static final long INDIRECT = 1L << 62;

    private static final int TYPE_SHIFT = 56;
    private static final int ENTRY_SIZE_SHIFT = 48;
    private static final int ENTRY_BYTES = 8;
    private static final long READ_ONLY = 0x7L << TYPE_SHIFT | 0x1fL << ENTRY_SIZE_SHIFT;
    private static final int PAGE_SIZE_SHIFT = 8;
    private static final int PAGE_SIZE = 0x3;
    private static final int PAGE_SIZE_64K = 2;
    private static final int MIN_PAGE_BYTES = 0x1000;
    private static final int PAGES = 0xff;
    private static final long ADDRESS_47_12 = 0xffff_ffff_f000L;
    private static final long ADDRESS_47_16 = 0xffff_ffff_0000L;
    private static final long ADDRESS_51_48 = 0xf000L;

    private final int type;
    private long value;

    ItsTableRegister(int type) {
        this.type = type;
        value =
                type == UNIMPLEMENTED
                        ? 0
                        : (long) type << TYPE_SHIFT
                                | (ENTRY_BYTES - 1L) << ENTRY_SIZE_SHIFT
                                | PAGE_SIZE_64K << PAGE_SIZE_SHIFT;
    }

    int type() {
        return type;
    }

    long value() {
        return value;
    }

    /** Writes all but the fields that can only be read; the reserved page size means 64 KB. */
    void write(long written) {
        if (type != UNIMPLEMENTED) {
            long pageSize = Math.min(written >>> PAGE_SIZE_SHIFT & PAGE_SIZE, PAGE_SIZE_64K);
            value =
                    value & READ_ONLY
                            | written & ~READ_ONLY & ~((long) PAGE_SIZE << PAGE_SIZE_SHIFT)
                            | pageSize << PAGE_SIZE_SHIFT;
        }
    }

    /** Whether the table has an entry {@code index}. */
    boolean hasRoomFor(long index, ItsMemory memory) {
        if ((value & VALID) == 0) {
            return false;
        }
        long pageEntries = pageBytes() / ENTRY_BYTES;
        long entries = ((value & PAGES) + 1) * pageEntries;
        if ((value & INDIRECT) == 0) {
            return index < entries;
        }
        long page = index / pageEntries;
        long pointer = address() + page * Long.BYTES;
        return page < entries
                && memory.holds(pointer, Long.BYTES)
                && (memory.read64(pointer) & VALID) != 0;
    }

    private int pageSize() {
        return (int) (value >>> PAGE_SIZE_SHIFT) & PAGE_SIZE;
    }

    private long pageBytes() {
        return (long) MIN_PAGE_BYTES << 2 * pageSize();
    }

    private long address() {
        return pageSize() == PAGE_SIZE_64K
                ? value & ADDRESS_47_16 | (value & ADDRESS_51_48) << 36
                : value & ADDRESS_47_12;
    }
}
