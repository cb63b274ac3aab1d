package org.irqlab.hw.pci;

import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.RegisterBlock;

/**
 * The BAR of an MSI-X function: its table at offset 0, its pending bit array at {@link
 * #pendingOffset}.
 *
 * <p>Aligned accesses of 4 and 8 bytes are the only ones that PCI defines here. A write of 8 bytes
 * to the address is one write, so that the address is never half old. One to data and vector
 * control masks before the data changes and unmasks after it.
 *
 * <p>IMPDEF: any other access reads zero and writes nothing, and is a {@link
 * GuestError#BAD_ACCESS_SIZE}.
 *
 * <p><b>Threads.</b> Any.
 */
public final class MsixBar implements RegisterBlock {
    private static final int LEAST_BYTES = 4096;
    private static final int LEAST_TABLE_BYTES = 2048;
    private static final int RESERVED_CONTROL = ~1;

    private final MsixRegisters registers;
    private final GuestErrorSink errors;
    private final int tableBytes;
    private final int pendingOffset;
    private final int pendingBytes;
    private final long size;

    /** The registers of {@code table}. */
    public MsixBar(MsixTable table, GuestErrorSink errors) {
        this.errors = errors;
        registers = new MsixRegisters(table);
        tableBytes = table.vectors() * MsixRegisters.ENTRY_BYTES;
        pendingOffset = pendingOffset(table);
        pendingBytes = (table.vectors() + Long.SIZE - 1) / Long.SIZE * Long.BYTES;
        long end = pendingOffset + pendingBytes;
        size = Math.max(LEAST_BYTES, Long.highestOneBit(2 * end - 1));
    }

    /** Where the pending bit array begins: behind the table, which is given 2 KiB at least. */
    public static int pendingOffset(MsixTable table) {
        return Math.max(LEAST_TABLE_BYTES, table.vectors() * MsixRegisters.ENTRY_BYTES);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public long read(int cpu, long offset, int bytes) {
        if (!defined(cpu, offset, bytes, 0)) {
            return 0;
        }
        int at = (int) offset;
        long low = read(at) & 0xffff_ffffL;
        return bytes == Integer.BYTES ? low : low | (long) read(at + Integer.BYTES) << Integer.SIZE;
    }

    private int read(int offset) {
        return offset < tableBytes
                ? registers.readTable(offset)
                : registers.readPending(offset - pendingOffset);
    }

    @Override
    public void write(int cpu, long offset, int bytes, long value) {
        if (!defined(cpu, offset, bytes, value)) {
            return;
        }
        int at = (int) offset;
        if (at >= pendingOffset) {
            errors.guestError(GuestError.READ_ONLY_REGISTER, cpu, offset, value);
        } else if (bytes == Integer.BYTES) {
            checkReserved(cpu, at, (int) value);
            registers.writeTable(at, (int) value);
        } else if (at % MsixRegisters.ENTRY_BYTES == MsixRegisters.ADDRESS_LOW) {
            registers.writeAddress(at / MsixRegisters.ENTRY_BYTES, value);
        } else {
            writeDataAndControl(cpu, at, value);
        }
    }

    private void writeDataAndControl(int cpu, int at, long value) {
        int control = (int) (value >>> Integer.SIZE);
        int controlAt = at + Integer.BYTES;
        checkReserved(cpu, controlAt, control);
        if ((control & MsixRegisters.MASK_BIT) != 0) {
            registers.writeTable(controlAt, control);
            registers.writeTable(at, (int) value);
        } else {
            registers.writeTable(at, (int) value);
            registers.writeTable(controlAt, control);
        }
    }

    private void checkReserved(int cpu, int at, int value) {
        if (at % MsixRegisters.ENTRY_BYTES == MsixRegisters.VECTOR_CONTROL
                && (value & RESERVED_CONTROL) != 0) {
            errors.guestError(GuestError.RESERVED_VALUE, cpu, at, value);
        }
    }

    /** Whether there is a register that allows the access. */
    private boolean defined(int cpu, long offset, int bytes, long value) {
        GuestError error = null;
        if (bytes != Integer.BYTES && bytes != Long.BYTES || offset % bytes != 0) {
            error = GuestError.BAD_ACCESS_SIZE;
        } else if (!within(offset, 0, tableBytes) && !within(offset, pendingOffset, pendingBytes)) {
            error = GuestError.RESERVED_REGISTER;
        }
        if (error != null) {
            errors.guestError(error, cpu, offset, value);
        }
        return error == null;
    }

    private static boolean within(long offset, int from, int length) {
        return offset >= from && offset < from + length;
    }
}
