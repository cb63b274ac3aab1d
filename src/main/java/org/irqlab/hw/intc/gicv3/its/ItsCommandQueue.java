package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The command queue: a ring in guest memory, which the guest fills up to GITS_CWRITER and the
 * service empties up to there from GITS_CREADR on.
 *
 * <p>IMPDEF choices: an offset beyond the ring stops the queue until GITS_CWRITER is written with a
 * good one; a command that cannot be read from memory stalls it (GITS_CREADR.Stalled) until
 * GITS_CWRITER.Retry is written; a command with wrong parameters does neither.
 *
 * <p><b>Threads.</b> Under the monitor of {@link ItsRegisters}, but for {@link #readOffset}: any
 * CPU may wait for the progress of another's commands.
 */
final class ItsCommandQueue {
    static final long VALID = 1L << 63;
    static final long STALLED = 1;
    static final long RETRY = 1;

    private static final long OFFSET = 0xf_ffe0L;
    private static final long ADDRESS = 0x000f_ffff_ffff_f000L;
    private static final long PAGES = 0xff;
    private static final int PAGE_BYTES = 0x1000;
    // Bits 62, 58:56, 52 and 9:8 are reserved.
    private static final long BASE_WRITABLE = 0xb8ef_ffff_ffff_fcffL;

    private final ItsMemory memory;
    private final ItsCommandUnit unit;
    private final GuestErrorSink errors;
    private long base;
    private long writeOffset;
    // Written under the monitor; read by any thread.
    private final AtomicLong readOffset = new AtomicLong();

    ItsCommandQueue(ItsMemory memory, ItsCommandUnit unit, GuestErrorSink errors) {
        this.memory = memory;
        this.unit = unit;
        this.errors = errors;
    }

    /** GITS_CBASER. */
    long base() {
        return base;
    }

    /** Writes GITS_CBASER, which empties the queue. */
    void writeBase(long value) {
        base = value & BASE_WRITABLE;
        writeOffset = 0;
        readOffset.setRelease(0);
    }

    /** GITS_CWRITER. */
    long writeOffset() {
        return writeOffset;
    }

    /** GITS_CREADR: what the commands before it did is visible to whoever reads it. */
    long readOffset() {
        return readOffset.getAcquire();
    }

    /** Writes GITS_CWRITER. */
    void writeWriteOffset(long value, int cpu) {
        writeOffset = value & OFFSET;
        if (writeOffset >= bytes()) {
            errors.guestError(GuestError.RESERVED_VALUE, cpu, ItsRegisters.GITS_CWRITER, value);
        }
        if ((value & RETRY) != 0) {
            readOffset.setRelease(readOffset.getPlain() & ~STALLED);
        }
    }

    private long bytes() {
        return ((base & PAGES) + 1) * PAGE_BYTES;
    }

    /** Executes what is queued; at most one ring full. */
    void run(int cpu) {
        long end = writeOffset;
        if ((base & VALID) == 0 || end >= bytes()) {
            return;
        }
        long offset = readOffset.getPlain();
        while (offset != end && (offset & STALLED) == 0) {
            long address = (base & ADDRESS) + offset;
            if (memory.holds(address, ItsCommand.BYTES)) {
                unit.execute(ItsCommand.read(memory, address), cpu);
                offset = (offset + ItsCommand.BYTES) % bytes();
            } else {
                errors.guestError(GuestError.BAD_COMMAND, cpu, ItsRegisters.GITS_CREADR, offset);
                offset |= STALLED;
            }
            readOffset.setRelease(offset);
        }
    }
}
