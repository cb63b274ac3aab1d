package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.RegisterBlock;

/**
 * The two register frames of an interrupt translation service: control, and translation.
 *
 * <p>Commands are executed by the CPU that writes GITS_CWRITER, or that switches the service on,
 * before its write returns. Registers of 64 bits may be accessed by halves.
 *
 * <p>IMPDEF: GITS_CBASER and GITS_BASER can only be read while the service is on. A CPU's own write
 * to GITS_TRANSLATER carries DeviceID 0, the host bridge's, which sends no messages itself.
 *
 * <p><b>Threads.</b> Any CPU; one access at a time, but for reads of GITS_CREADR.
 *
 * <p><b>Not modelled.</b> Memory partitioning, error reporting registers, vPEs, identification
 * registers but GITS_PIDR2 (they read as zero).
 *
 * @see "Arm IHI 0069, The ITS register descriptions"
 */
public final class ItsRegisters implements RegisterBlock {
    public static final int GITS_CTLR = 0x0000;
    static final int GITS_IIDR = 0x0004;
    static final int GITS_TYPER = 0x0008;
    public static final int GITS_CBASER = 0x0080;
    public static final int GITS_CWRITER = 0x0088;
    public static final int GITS_CREADR = 0x0090;
    public static final int GITS_BASER = 0x0100;
    static final int GITS_PIDR2 = 0xffe8;
    static final int GITS_TRANSLATER = 0x1_0040;

    /** GITS_CTLR: translates and serves commands. */
    public static final int ENABLED = 1;

    static final int QUIESCENT = 1 << 31;

    private static final int BLOCK_BYTES = 0x2_0000;
    private static final int TABLES = 8;
    private static final int IDENTIFICATION = 0xffd0;
    private static final int IDENTIFICATION_END = 0x1_0000;
    // Implementer Arm, product and revision 0.
    private static final int IIDR = 0x043b;
    // Architecture revision 3.
    private static final int PIDR2 = 0x3b;
    private static final long TYPER_PHYSICAL = 1;
    private static final int TYPER_ITT_ENTRY_SHIFT = 4;
    private static final int TYPER_ID_BITS_SHIFT = 8;
    private static final int TYPER_DEVICE_BITS_SHIFT = 13;
    private static final int ITT_ENTRY_BYTES = 8;
    private static final long HOST_BRIDGE = 0;

    private final ItsTables tables;
    private final GuestErrorSink errors;
    private final ItsCommandQueue queue;
    private final ItsCommandUnit unit;
    private final ItsTableRegister[] bases = new ItsTableRegister[TABLES];
    private final long typer;

    ItsRegisters(ItsSpec spec, ItsTables tables, ItsMemory memory, GuestErrorSink errors) {
        this.tables = tables;
        this.errors = errors;
        for (int n = 0; n < TABLES; n++) {
            bases[n] =
                    new ItsTableRegister(
                            switch (n) {
                                case 0 -> ItsTableRegister.DEVICES;
                                case 1 -> ItsTableRegister.COLLECTIONS;
                                default -> ItsTableRegister.UNIMPLEMENTED;
                            });
        }
        unit = new ItsCommandUnit(spec, tables, bases[0], bases[1], memory, errors);
        queue = new ItsCommandQueue(memory, unit, errors);
        typer =
                TYPER_PHYSICAL
                        | ITT_ENTRY_BYTES - 1L << TYPER_ITT_ENTRY_SHIFT
                        | spec.eventIdBits() - 1L << TYPER_ID_BITS_SHIFT
                        | spec.deviceIdBits() - 1L << TYPER_DEVICE_BITS_SHIFT;
    }

    ItsCommandUnit unit() {
        return unit;
    }

    @Override
    public long size() {
        return BLOCK_BYTES;
    }

    @Override
    public long read(int cpu, long offset, int bytes) {
        if (offset < 0 || offset >= BLOCK_BYTES) {
            return refuse(GuestError.RESERVED_REGISTER, cpu, offset, 0);
        }
        int register = (int) offset;
        if (register == GITS_TRANSLATER) {
            return refuse(GuestError.WRITE_ONLY_REGISTER, cpu, offset, 0);
        }
        if (register >= IDENTIFICATION && register < IDENTIFICATION_END) {
            return readWord(cpu, register, bytes, register == GITS_PIDR2 ? PIDR2 : 0);
        }
        return switch (register) {
            case GITS_CTLR -> readWord(cpu, register, bytes, control());
            case GITS_IIDR -> readWord(cpu, register, bytes, IIDR);
            default -> readWide(cpu, register, bytes);
        };
    }

    private long readWord(int cpu, int register, int bytes, int value) {
        return bytes == Integer.BYTES && register % Integer.BYTES == 0
                ? Integer.toUnsignedLong(value)
                : refuse(GuestError.BAD_ACCESS_SIZE, cpu, register, 0);
    }

    private long readWide(int cpu, int register, int bytes) {
        int wide = register & -Long.BYTES;
        if (!wide(wide)) {
            return refuse(GuestError.RESERVED_REGISTER, cpu, register, 0);
        }
        if (bytes < Integer.BYTES || register % bytes != 0) {
            return refuse(GuestError.BAD_ACCESS_SIZE, cpu, register, 0);
        }
        // Not under the monitor: see ItsCommandQueue.readOffset().
        long value = wide == GITS_CREADR ? queue.readOffset() : value(wide);
        return bytes == Long.BYTES ? value : value >>> (register - wide) * Byte.SIZE & 0xffff_ffffL;
    }

    private static boolean wide(int register) {
        return register == GITS_TYPER
                || register == GITS_CBASER
                || register == GITS_CWRITER
                || register == GITS_CREADR
                || register >= GITS_BASER && register < GITS_BASER + TABLES * Long.BYTES;
    }

    private synchronized long value(int wide) {
        return switch (wide) {
            case GITS_TYPER -> typer;
            case GITS_CBASER -> queue.base();
            case GITS_CWRITER -> queue.writeOffset();
            default -> bases[(wide - GITS_BASER) / Long.BYTES].value();
        };
    }

    private synchronized int control() {
        return tables.enabled() ? ENABLED : QUIESCENT;
    }

    @Override
    public void write(int cpu, long offset, int bytes, long value) {
        if (offset < 0 || offset >= BLOCK_BYTES) {
            refuse(GuestError.RESERVED_REGISTER, cpu, offset, value);
            return;
        }
        int register = (int) offset;
        if (register >= IDENTIFICATION && register < IDENTIFICATION_END) {
            refuse(GuestError.READ_ONLY_REGISTER, cpu, offset, value);
            return;
        }
        switch (register) {
            case GITS_TRANSLATER -> translate(cpu, bytes, value);
            case GITS_CTLR -> writeControl(cpu, bytes, value);
            case GITS_IIDR -> refuse(GuestError.READ_ONLY_REGISTER, cpu, offset, value);
            default -> writeWide(cpu, register, bytes, value);
        }
    }

    private void translate(int cpu, int bytes, long value) {
        switch (bytes) {
            case Short.BYTES -> tables.device(HOST_BRIDGE).translate((int) value & 0xffff);
            case Integer.BYTES -> tables.device(HOST_BRIDGE).translate((int) value);
            default -> refuse(GuestError.BAD_ACCESS_SIZE, cpu, GITS_TRANSLATER, value);
        }
    }

    private synchronized void writeControl(int cpu, int bytes, long value) {
        if (bytes != Integer.BYTES) {
            refuse(GuestError.BAD_ACCESS_SIZE, cpu, GITS_CTLR, value);
            return;
        }
        boolean enabled = (value & ENABLED) != 0;
        if (enabled != tables.enabled()) {
            tables.enable(enabled);
        }
        if (enabled) {
            queue.run(cpu);
        }
    }

    private void writeWide(int cpu, int register, int bytes, long value) {
        int wide = register & -Long.BYTES;
        if (!wide(wide)) {
            refuse(GuestError.RESERVED_REGISTER, cpu, register, value);
        } else if (bytes < Integer.BYTES || register % bytes != 0) {
            refuse(GuestError.BAD_ACCESS_SIZE, cpu, register, value);
        } else if (wide == GITS_TYPER || wide == GITS_CREADR) {
            refuse(GuestError.READ_ONLY_REGISTER, cpu, register, value);
        } else {
            writeWhole(cpu, wide, register, bytes, value);
        }
    }

    private synchronized void writeWhole(int cpu, int wide, int register, int bytes, long value) {
        if (wide == GITS_CWRITER) {
            if (register == wide) {
                queue.writeWriteOffset(value, cpu);
                if (tables.enabled()) {
                    queue.run(cpu);
                }
            }
            return;
        }
        if (tables.enabled()) {
            refuse(GuestError.READ_ONLY_REGISTER, cpu, register, value);
            return;
        }
        long whole = merge(value(wide), register - wide, bytes, value);
        if (wide == GITS_CBASER) {
            queue.writeBase(whole);
        } else {
            writeTable(bases[(wide - GITS_BASER) / Long.BYTES], whole);
        }
    }

    private static long merge(long old, int at, int bytes, long value) {
        if (bytes == Long.BYTES) {
            return value;
        }
        int shift = at * Byte.SIZE;
        long mask = 0xffff_ffffL << shift;
        return old & ~mask | value << shift & mask;
    }

    private void writeTable(ItsTableRegister base, long value) {
        long before = base.value();
        base.write(value);
        if (base.value() != before) {
            if (base.type() == ItsTableRegister.DEVICES) {
                tables.forgetDevices();
            } else {
                tables.forgetCollections();
            }
        }
    }

    private long refuse(GuestError error, int cpu, long offset, long value) {
        errors.guestError(error, cpu, offset, value);
        return 0;
    }
}
