package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.RegisterBlock;

/**
 * The memory-mapped registers of the local APICs: 32 bits every 16 bytes, at one address for all
 * CPUs, each of which finds its own there.
 *
 * <p>An access that is not of 32 bits, or not to an offset divisible by 16, is ignored and reads 0.
 * So are accesses to what is reserved; they are errors that the error status shows. In the other
 * modes nothing answers: reads give all ones.
 *
 * <p>IMPDEF: the identification register is read-only; arbitration priority and remote read read 0.
 *
 * @see "Intel SDM volume 3, Advanced Programmable Interrupt Controller: Local APIC Register Address
 *     Map"
 */
@HotPath
public final class XapicRegisters implements RegisterBlock {
    /** Where the block is after reset. */
    public static final long DEFAULT_ADDRESS = 0xfee0_0000L;

    static final int ID = 0x20;
    static final int VERSION = 0x30;
    static final int TPR = 0x80;
    static final int APR = 0x90;
    static final int PPR = 0xa0;
    static final int EOI = 0xb0;
    static final int RRD = 0xc0;
    static final int LDR = 0xd0;
    static final int DFR = 0xe0;
    static final int SVR = 0xf0;
    static final int ISR = 0x100;
    static final int TMR = 0x180;
    static final int IRR = 0x200;
    static final int ESR = 0x280;
    static final int ICR_LOW = 0x300;
    static final int ICR_HIGH = 0x310;
    static final int INITIAL_COUNT = 0x380;
    static final int CURRENT_COUNT = 0x390;
    static final int DIVIDE = 0x3e0;

    private static final long SIZE = 0x1000;
    private static final int STRIDE = 16;
    private static final int IRR_END = 0x280;
    private static final int FIRST_LVT = 0x320;
    private static final int LAST_LVT = 0x370;
    private static final long ALL_ONES = -1;

    private final ApicController machine;

    XapicRegisters(ApicController machine) {
        this.machine = machine;
    }

    @Override
    public long size() {
        return SIZE;
    }

    private static boolean isLvt(int offset) {
        return offset >= FIRST_LVT && offset <= LAST_LVT;
    }

    private static boolean isBitmap(int offset) {
        return offset >= ISR && offset < IRR_END;
    }

    /** Whether there is a register that can be read. */
    static boolean readable(int offset) {
        return offset != EOI && exists(offset);
    }

    /** Whether there is a register that can be written. */
    static boolean writable(int offset) {
        return switch (offset) {
            case TPR, EOI, LDR, DFR, SVR, ESR, ICR_LOW, ICR_HIGH, INITIAL_COUNT, DIVIDE -> true;
            default -> isLvt(offset);
        };
    }

    private static boolean exists(int offset) {
        return switch (offset) {
            case ID, VERSION, APR, PPR, RRD, CURRENT_COUNT -> true;
            default -> writable(offset) || isBitmap(offset);
        };
    }

    /** Whether the x2APIC has this register at its number, with the same meaning. */
    static boolean inX2apic(int offset) {
        return offset != APR && offset != RRD && exists(offset);
    }

    /** The bits that a write in x2APIC mode may set without a fault. */
    static long allowed(int offset) {
        return switch (offset) {
            case TPR -> 0xff;
            case SVR -> 0x11ff;
            case INITIAL_COUNT -> 0xffff_ffffL;
            case DIVIDE -> ApicTimer.DIVIDE_WRITABLE;
            default -> isLvt(offset) ? Lvt.at(offset).writable() : 0;
        };
    }

    @Override
    public long read(int cpu, long offset, int bytes) {
        LocalApic apic = machine.port(cpu);
        if (apic.mode() != ApicMode.XAPIC) {
            apic.errors().guestError(GuestError.RESERVED_REGISTER, cpu, offset, 0);
            return bytes == Long.BYTES ? ALL_ONES : (1L << bytes * Byte.SIZE) - 1;
        }
        if (bytes != Integer.BYTES || offset % STRIDE != 0) {
            apic.errors().guestError(GuestError.BAD_ACCESS_SIZE, cpu, offset, 0);
            return 0;
        }
        int register = (int) offset;
        if (register == EOI) {
            apic.errors().guestError(GuestError.WRITE_ONLY_REGISTER, cpu, offset, 0);
            return 0;
        }
        if (!readable(register)) {
            reserved(apic, offset, 0);
            return 0;
        }
        return Integer.toUnsignedLong(read(apic, register));
    }

    private static void reserved(LocalApic apic, long offset, long value) {
        apic.illegalRegister();
        apic.errors().guestError(GuestError.RESERVED_REGISTER, apic.cpu(), offset, value);
    }

    /** Reads a readable register. */
    int read(LocalApic apic, int offset) {
        return switch (offset) {
            case ID -> apic.id();
            case VERSION -> LocalApic.VERSION;
            case TPR -> apic.tpr();
            case PPR -> apic.ppr();
            case LDR -> apic.ldr();
            case DFR -> apic.dfr();
            case SVR -> apic.svr();
            case ESR -> apic.errorStatus();
            case ICR_LOW -> (int) apic.icr().read();
            case ICR_HIGH -> InterruptCommand.destination(apic.icr().read()) << 24;
            case INITIAL_COUNT -> apic.timer().initialCount();
            case CURRENT_COUNT -> apic.timer().currentCount();
            case DIVIDE -> apic.timer().divide();
            default -> isLvt(offset) ? apic.lvt(Lvt.at(offset)) : readBitmap(apic, offset);
        };
    }

    private static int readBitmap(LocalApic apic, int offset) {
        int index = offset / STRIDE & 7;
        if (offset < ISR) {
            return 0;
        }
        return offset < TMR ? apic.isr(index) : offset < IRR ? apic.tmr(index) : apic.irr(index);
    }

    @Override
    public void write(int cpu, long offset, int bytes, long value) {
        LocalApic apic = machine.port(cpu);
        int register = (int) offset;
        if (apic.mode() != ApicMode.XAPIC) {
            apic.errors().guestError(GuestError.RESERVED_REGISTER, cpu, offset, value);
        } else if (bytes != Integer.BYTES || offset % STRIDE != 0) {
            apic.errors().guestError(GuestError.BAD_ACCESS_SIZE, cpu, offset, value);
        } else if (writable(register)) {
            write(apic, register, (int) value);
        } else if (exists(register)) {
            apic.errors().guestError(GuestError.READ_ONLY_REGISTER, cpu, offset, value);
        } else {
            reserved(apic, offset, value);
        }
    }

    /** Writes a writable register. */
    void write(LocalApic apic, int offset, int value) {
        switch (offset) {
            case TPR -> apic.writeTpr(value);
            case EOI -> apic.endOfInterrupt();
            case LDR -> apic.writeLdr(value);
            case DFR -> apic.writeDfr(value);
            case SVR -> apic.writeSvr(value);
            case ESR -> apic.writeErrorStatus();
            case ICR_LOW -> apic.icr().writeLow(value);
            case ICR_HIGH -> apic.icr().writeHigh(value);
            case INITIAL_COUNT -> apic.timer().writeInitialCount(value);
            case DIVIDE -> apic.timer().writeDivide(value);
            default -> apic.writeLvt(Lvt.at(offset), value);
        }
    }
}
