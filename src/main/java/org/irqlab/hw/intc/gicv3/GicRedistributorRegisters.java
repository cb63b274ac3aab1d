package org.irqlab.hw.intc.gicv3;

import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.RegisterBlock;

/**
 * One redistributor's two register frames (GICR): control and LPIs at 0, SGIs and PPIs at 0x10000.
 *
 * <p>LPIs may be set, cleared and invalidated by register (GICR_TYPER.DirectLPI).
 *
 * <p>SIMPLIFIED: GICR_PROPBASER and GICR_PENDBASER hold what is written; configuration is read
 * through {@link LpiConfigTable}, and the number of LPIs is the machine's.
 *
 * @see "Arm IHI 0069, The GIC Redistributor register map"
 */
public final class GicRedistributorRegisters implements RegisterBlock {
    static final int CTLR = 0x0000;
    static final int IIDR = 0x0004;
    static final int TYPER = 0x0008;
    static final int STATUSR = 0x0010;
    static final int WAKER = 0x0014;
    static final int SETLPIR = 0x0040;
    static final int CLRLPIR = 0x0048;
    static final int PROPBASER = 0x0070;
    static final int PENDBASER = 0x0078;
    static final int INVLPIR = 0x00a0;
    static final int INVALLR = 0x00b0;
    static final int SYNCR = 0x00c0;
    static final int SGI_FRAME = 0x1_0000;

    /** GICR_CTLR.EnableLPIs. */
    static final int ENABLE_LPIS = 1;

    /** GICR_CTLR.DPG of group 0; that of non-secure group 1 is the next bit. */
    static final int EXCLUDE_GROUP0 = 1 << 24;

    /** GICR_WAKER.ProcessorSleep. */
    static final int PROCESSOR_SLEEP = 1 << 1;

    /** GICR_WAKER.ChildrenAsleep. */
    static final int CHILDREN_ASLEEP = 1 << 2;

    private static final int SIZE = 0x2_0000;
    private static final long PROPBASER_BITS = 0x070f_ffff_ffff_ff9fL;
    private static final long PENDBASER_BITS = 0x070f_ffff_ffff_0f80L;
    private static final int EXCLUDES_BY_GROUP = 1 << 5;
    private static final int LAST = 1 << 4;
    private static final int DIRECT_LPI = 1 << 3;
    private static final int PHYSICAL_LPIS = 1;

    private final Redistributor redistributor;
    private final InterruptRegisters interrupts;
    private final GuestErrorSink errors;
    private final long typer;
    private final boolean hasLpis;

    // Guarded by this object's lock.
    private int excluded;
    private long propbaser;
    private long pendbaser;

    /** The registers of one redistributor of {@code machine}. */
    public GicRedistributorRegisters(GicController machine, int cpu, GuestErrorSink errors) {
        redistributor = machine.redistributor(cpu);
        interrupts = new InterruptRegisters(redistributor.banked(), machine.distributor(), errors);
        this.errors = errors;
        hasLpis = machine.settings().lpis() != 0;
        long affinity = machine.distributor().affinities().of(cpu);
        long packed = affinity >>> 32 << 24 | affinity & 0xff_ffff;
        typer =
                packed << 32
                        | (long) cpu << 8
                        | EXCLUDES_BY_GROUP
                        | (cpu == machine.cpus() - 1 ? LAST : 0)
                        | (hasLpis ? DIRECT_LPI | PHYSICAL_LPIS : 0);
    }

    @Override
    public long size() {
        return SIZE;
    }

    private long refuse(GuestError error, int cpu, long offset, long value) {
        errors.guestError(error, cpu, offset, value);
        return 0;
    }

    private static int register(long offset) {
        int wide = (int) offset & ~(Long.BYTES - 1);
        return switch (wide) {
            case TYPER, SETLPIR, CLRLPIR, PROPBASER, PENDBASER, INVLPIR, INVALLR -> wide;
            default -> (int) offset;
        };
    }

    private static boolean wide(long offset) {
        int register = register(offset);
        return register == TYPER || register >= SETLPIR && register <= INVALLR;
    }

    private boolean refuses(int cpu, long offset, int bytes, long value) {
        boolean allowed = bytes == Integer.BYTES || bytes == Long.BYTES && wide(offset);
        if (allowed && offset % bytes == 0) {
            return false;
        }
        refuse(GuestError.BAD_ACCESS_SIZE, cpu, offset, value);
        return true;
    }

    /** Offset in the SGI frame of a register with a field for each interrupt, or -1. */
    private static int field(long offset) {
        long inFrame = offset - SGI_FRAME;
        if (!InterruptRegisters.contains(inFrame)) {
            return -1;
        }
        // Of each array only the part of INTIDs 0 to 31 is here.
        boolean here =
                inFrame < InterruptRegisters.IPRIORITYR
                        ? (inFrame & 0x7f) < Integer.BYTES
                        : inFrame < InterruptRegisters.IPRIORITYR + IntIds.FIRST_SPI
                                || inFrame >= InterruptRegisters.ICFGR
                                        && inFrame < InterruptRegisters.ICFGR + 2 * Integer.BYTES
                                || inFrame >= InterruptRegisters.IGRPMODR
                                        && (inFrame & 0xff) < Integer.BYTES;
        return here ? (int) inFrame : -1;
    }

    @Override
    public long read(int cpu, long offset, int bytes) {
        int field = field(offset);
        if (field >= 0) {
            return interrupts.read(cpu, field, bytes);
        }
        if (refuses(cpu, offset, bytes, 0)) {
            return 0;
        }
        if (offset >= RegisterBits.IDENTIFICATION && offset < SGI_FRAME) {
            return RegisterBits.identity(offset, RegisterBits.REDISTRIBUTOR_PART);
        }
        int register = register(offset);
        return switch (register) {
            case CTLR -> control();
            case IIDR -> RegisterBits.IIDR;
            case TYPER -> RegisterBits.part(typer, offset - register, bytes);
            case STATUSR, SYNCR -> 0;
            case WAKER -> redistributor.asleep() ? PROCESSOR_SLEEP | CHILDREN_ASLEEP : 0;
            case PROPBASER, PENDBASER ->
                    RegisterBits.part(base(register), offset - register, bytes);
            case SETLPIR, CLRLPIR, INVLPIR, INVALLR ->
                    refuse(GuestError.WRITE_ONLY_REGISTER, cpu, offset, 0);
            default -> refuse(GuestError.RESERVED_REGISTER, cpu, offset, 0);
        };
    }

    private synchronized long base(int register) {
        return register == PROPBASER ? propbaser : pendbaser;
    }

    private synchronized long control() {
        return excluded | (redistributor.lpisEnabled() ? ENABLE_LPIS : 0);
    }

    @Override
    public void write(int cpu, long offset, int bytes, long value) {
        int field = field(offset);
        if (field >= 0) {
            interrupts.write(cpu, field, bytes, value);
            return;
        }
        if (refuses(cpu, offset, bytes, value)) {
            return;
        }
        int register = register(offset);
        switch (register) {
            case CTLR -> writeControl((int) value);
            case WAKER -> redistributor.setAsleep((value & PROCESSOR_SLEEP) != 0);
            case STATUSR -> {
                // RAZ/WI: access errors are told to the sink.
            }
            case SETLPIR, CLRLPIR, PROPBASER, PENDBASER, INVLPIR, INVALLR -> {
                if (hasLpis) {
                    writeLpis(register, offset - register, bytes, value);
                }
            }
            default -> {
                boolean identity = offset >= RegisterBits.IDENTIFICATION && offset < SGI_FRAME;
                boolean fixed = register == IIDR || register == TYPER || register == SYNCR;
                refuse(
                        identity || fixed
                                ? GuestError.READ_ONLY_REGISTER
                                : GuestError.RESERVED_REGISTER,
                        cpu,
                        offset,
                        value);
            }
        }
    }

    private void writeLpis(int register, long part, int bytes, long value) {
        if (register == PROPBASER || register == PENDBASER) {
            writeBase(register, part, bytes, value);
        } else if (part == 0) {
            switch (register) {
                case SETLPIR -> redistributor.trigger((int) value);
                case CLRLPIR -> redistributor.clear((int) value);
                case INVLPIR -> redistributor.invalidate((int) value);
                default -> redistributor.invalidateAll();
            }
        }
    }

    private synchronized void writeBase(int register, long part, int bytes, long value) {
        // IMPDEF: ignored while LPIs are enabled, which the architecture leaves unpredictable.
        if (redistributor.lpisEnabled()) {
            return;
        }
        long merged = RegisterBits.merge(base(register), part, bytes, value);
        if (register == PROPBASER) {
            propbaser = merged & PROPBASER_BITS;
        } else {
            pendbaser = merged & PENDBASER_BITS;
        }
    }

    private synchronized void writeControl(int value) {
        excluded = value & (EXCLUDE_GROUP0 | EXCLUDE_GROUP0 << 1);
        redistributor.exclude(0, (value & EXCLUDE_GROUP0) != 0);
        redistributor.exclude(1, (value & EXCLUDE_GROUP0 << 1) != 0);
        if ((value & ENABLE_LPIS) != 0 && !redistributor.lpisEnabled()) {
            redistributor.enableLpis();
        }
    }
}
