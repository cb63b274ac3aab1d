package org.irqlab.hw.intc.gicv3;

import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;

/**
 * The registers that have a field for each interrupt: offsets 0x80 to 0xeff of the distributor and,
 * with the same layout, of a redistributor's SGI frame.
 *
 * <p>Fields of interrupts that the bank does not have are RAZ/WI: of 0 to 31 in the distributor,
 * since affinity routing is on, and of SPIs that are not implemented.
 *
 * <p><b>Threads.</b> Any. Each field of a write is one atomic change of its interrupt.
 */
final class InterruptRegisters {
    static final int IGROUPR = 0x080;
    static final int ISENABLER = 0x100;
    static final int ICENABLER = 0x180;
    static final int ISPENDR = 0x200;
    static final int ICPENDR = 0x280;
    static final int ISACTIVER = 0x300;
    static final int ICACTIVER = 0x380;
    static final int IPRIORITYR = 0x400;
    static final int ITARGETSR = 0x800;
    static final int ICFGR = 0xc00;
    static final int IGRPMODR = 0xd00;
    static final int NSACR = 0xe00;
    static final int END = 0xf00;

    private static final int ARRAY_MASK = ~0x7f;
    private static final int FIELDS_PER_CONFIGURATION = 16;

    private final InterruptBank bank;
    private final Distributor distributor;
    private final GuestErrorSink errors;

    InterruptRegisters(InterruptBank bank, Distributor distributor, GuestErrorSink errors) {
        this.bank = bank;
        this.distributor = distributor;
        this.errors = errors;
    }

    static boolean contains(long offset) {
        return offset >= IGROUPR && offset < END;
    }

    private static boolean byteWide(int offset) {
        return offset >= IPRIORITYR && offset < ICFGR;
    }

    private boolean refuses(int cpu, int offset, int bytes, long value) {
        boolean allowed = bytes == Integer.BYTES || bytes == 1 && byteWide(offset);
        if (allowed && offset % bytes == 0) {
            return false;
        }
        errors.guestError(GuestError.BAD_ACCESS_SIZE, cpu, offset, value);
        return true;
    }

    long read(int cpu, int offset, int bytes) {
        if (refuses(cpu, offset, bytes, 0)) {
            return 0;
        }
        if (offset >= ITARGETSR && offset < ICFGR || offset >= IGRPMODR) {
            return 0;
        }
        if (offset >= ICFGR) {
            return readConfiguration((offset - ICFGR) / Integer.BYTES * FIELDS_PER_CONFIGURATION);
        }
        return offset >= IPRIORITYR
                ? readPriorities(offset - IPRIORITYR, bytes)
                : readBits(offset & ARRAY_MASK, (offset & ~ARRAY_MASK) * Byte.SIZE);
    }

    private long readPriorities(int first, int bytes) {
        long value = 0;
        for (int n = 0; n < bytes; n++) {
            if (bank.has(first + n)) {
                long priority = InterruptWord.priority(bank.word(first + n));
                value |= priority << n * Byte.SIZE;
            }
        }
        return value;
    }

    private long readConfiguration(int first) {
        long value = 0;
        for (int n = 0; n < FIELDS_PER_CONFIGURATION; n++) {
            if (bank.has(first + n) && (bank.word(first + n) & InterruptWord.EDGE) != 0) {
                value |= 2L << 2 * n;
            }
        }
        return value;
    }

    private long readBits(int array, int first) {
        long value = 0;
        for (int n = 0; n < Integer.SIZE; n++) {
            if (bank.has(first + n) && bit(array, bank.word(first + n))) {
                value |= 1L << n;
            }
        }
        return value;
    }

    private static boolean bit(int array, int word) {
        return switch (array) {
            case IGROUPR -> InterruptWord.group(word) == 1;
            case ISENABLER, ICENABLER -> (word & InterruptWord.ENABLED) != 0;
            case ISPENDR, ICPENDR -> InterruptWord.pending(word);
            default -> InterruptWord.active(word);
        };
    }

    void write(int cpu, int offset, int bytes, long value) {
        if (refuses(cpu, offset, bytes, value)) {
            return;
        }
        if (offset >= ITARGETSR && offset < ICFGR || offset >= IGRPMODR) {
            return;
        }
        if (offset >= ICFGR) {
            writeConfiguration(cpu, offset, value);
        } else if (offset >= IPRIORITYR) {
            writePriorities(offset - IPRIORITYR, bytes, value);
        } else {
            writeBits(offset & ARRAY_MASK, (offset & ~ARRAY_MASK) * Byte.SIZE, value);
        }
    }

    private void writePriorities(int first, int bytes, long value) {
        for (int n = 0; n < bytes; n++) {
            if (bank.has(first + n)) {
                bank.setPriority(first + n, (int) (value >>> n * Byte.SIZE) & 0xff);
            }
        }
    }

    private void writeConfiguration(int cpu, int offset, long value) {
        int first = (offset - ICFGR) / Integer.BYTES * FIELDS_PER_CONFIGURATION;
        if (bank.has(first) && IntIds.sgi(first)) {
            errors.guestError(GuestError.READ_ONLY_REGISTER, cpu, offset, value);
            return;
        }
        for (int n = 0; n < FIELDS_PER_CONFIGURATION; n++) {
            if (bank.has(first + n)) {
                int edge = (value >>> 2 * n & 2) == 0 ? 0 : InterruptWord.EDGE;
                bank.update(first + n, InterruptWord.EDGE & ~edge, edge);
            }
        }
    }

    private void writeBits(int array, int first, long value) {
        for (int n = 0; n < Integer.SIZE; n++) {
            if (bank.has(first + n)) {
                writeBit(array, first + n, (value >>> n & 1) != 0);
            }
        }
    }

    private void writeBit(int array, int intid, boolean set) {
        if (array == IGROUPR) {
            distributor.setGroup(bank, intid, set ? 1 : 0);
        } else if (set) {
            // Write-one-to-set or -to-clear: zero bits have no effect.
            switch (array) {
                case ISENABLER -> bank.update(intid, 0, InterruptWord.ENABLED);
                case ICENABLER -> bank.update(intid, InterruptWord.ENABLED, 0);
                case ISPENDR -> bank.latch(intid);
                case ICPENDR -> bank.clearLatch(intid);
                case ISACTIVER -> bank.update(intid, 0, InterruptWord.ACTIVE);
                default -> bank.deactivate(intid);
            }
        }
    }
}
