package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.ModelSpecificRegisters;
import org.irqlab.hw.intc.MsrAccess;

/**
 * The model-specific registers of one local APIC: IA32_APIC_BASE, IA32_TSC_DEADLINE with the
 * counter that it is compared to, and in x2APIC mode all others.
 *
 * <p>A CPU that reads asks {@link #readable} first, and raises a general protection fault if not;
 * one that writes does so for {@link MsrAccess#GENERAL_PROTECTION}. Such an access changes nothing
 * and is told to the guest error sink.
 *
 * <p>IMPDEF: the base address can be written and moves nothing; the boot processor's flag is that
 * of CPU 0. There is no machine-check entry (CMCI). The delivery status bit of a command is ignored
 * rather than reserved, as KVM does.
 *
 * <p><b>Threads.</b> The CPU's owner.
 *
 * @see "Intel SDM volume 3, Advanced Programmable Interrupt Controller: Extended XAPIC (x2APIC)"
 */
@HotPath
public final class ApicMsrs implements ModelSpecificRegisters {
    /** The time stamp counter, which can be read only. */
    public static final int IA32_TIME_STAMP_COUNTER = 0x10;

    /** Whether and how the local APIC is reached: enable 11, x2APIC 10, boot processor 8. */
    public static final int IA32_APIC_BASE = 0x1b;

    /** When the timer fires in TSC-deadline mode. */
    public static final int IA32_TSC_DEADLINE = 0x6e0;

    /** First register of the x2APIC; the others follow, one for each 16 bytes of the xAPIC's. */
    public static final int X2APIC_FIRST = 0x800;

    /** Last register number that is the x2APIC's. */
    public static final int X2APIC_LAST = 0x8ff;

    /** Sends a vector to the writing CPU itself. */
    public static final int SELF_IPI = 0x83f;

    private static final int BOOT_PROCESSOR = 1 << 8;
    private static final int EXTENDED = 1 << 10;
    private static final int ENABLED = 1 << 11;
    private static final long ADDRESS = 0xf_ffff_ffff_f000L;
    private static final int ICR = 0x830;
    private static final int ICR_HIGH = 0x831;
    private static final int LDR = 0x80d;
    private static final int DFR = 0x80e;
    private static final long ICR_RESERVED = 0xfff3_2000L;

    private final LocalApic apic;
    private final XapicRegisters registers;
    private long address = XapicRegisters.DEFAULT_ADDRESS;

    ApicMsrs(LocalApic apic, XapicRegisters registers) {
        this.apic = apic;
        this.registers = registers;
    }

    /** Whether {@code msr} is one of the local APIC's, in whatever mode. */
    public static boolean owns(int msr) {
        return msr == IA32_APIC_BASE
                || msr == IA32_TSC_DEADLINE
                || msr >= X2APIC_FIRST && msr <= X2APIC_LAST;
    }

    @Override
    public boolean readable(int msr) {
        if (msr == IA32_TIME_STAMP_COUNTER
                || msr == IA32_APIC_BASE
                || msr == IA32_TSC_DEADLINE
                || msr == ICR && x2apic()) {
            return true;
        }
        boolean readable = reaches(msr) && XapicRegisters.readable(offset(msr));
        if (!readable) {
            apic.errors().guestError(GuestError.RESERVED_REGISTER, apic.cpu(), msr, 0);
        }
        return readable;
    }

    @Override
    public long read(int msr) {
        return switch (msr) {
            case IA32_TIME_STAMP_COUNTER -> apic.timer().timeStamp();
            case IA32_APIC_BASE -> base();
            case IA32_TSC_DEADLINE -> apic.timer().deadline();
            case ICR -> apic.icr().read();
            default -> Integer.toUnsignedLong(registers.read(apic, offset(msr)));
        };
    }

    private boolean x2apic() {
        return apic.mode() == ApicMode.X2APIC;
    }

    /** Whether {@code msr} may be a register of the x2APIC that the xAPIC has, too. */
    private boolean reaches(int msr) {
        boolean own = msr != DFR && msr != ICR_HIGH && XapicRegisters.inX2apic(offset(msr));
        return x2apic() && msr >= X2APIC_FIRST && msr <= X2APIC_LAST && own;
    }

    private static int offset(int msr) {
        return (msr - X2APIC_FIRST) << 4;
    }

    private long base() {
        int mode =
                switch (apic.mode()) {
                    case DISABLED -> 0;
                    case XAPIC -> ENABLED;
                    case X2APIC -> ENABLED | EXTENDED;
                };
        return address | mode | (apic.cpu() == 0 ? BOOT_PROCESSOR : 0);
    }

    @Override
    public MsrAccess write(int msr, long value) {
        boolean done =
                switch (msr) {
                    case IA32_APIC_BASE -> writeBase(value);
                    case IA32_TSC_DEADLINE -> {
                        apic.timer().writeDeadline(value);
                        yield true;
                    }
                    default -> writeX2apic(msr, value);
                };
        if (!done) {
            apic.errors().guestError(GuestError.RESERVED_VALUE, apic.cpu(), msr, value);
        }
        return done ? MsrAccess.DONE : MsrAccess.GENERAL_PROTECTION;
    }

    private boolean writeBase(long value) {
        long known = ADDRESS | BOOT_PROCESSOR | EXTENDED | ENABLED;
        ApicMode from = apic.mode();
        ApicMode to =
                switch ((int) value & (ENABLED | EXTENDED)) {
                    case 0 -> ApicMode.DISABLED;
                    case ENABLED -> ApicMode.XAPIC;
                    case ENABLED | EXTENDED -> ApicMode.X2APIC;
                    default -> null;
                };
        if ((value & ~known) != 0 || to == null || !legal(from, to)) {
            return false;
        }
        address = value & ADDRESS;
        if (to != from) {
            apic.enter(to);
        }
        return true;
    }

    /** Out of x2APIC mode the only way is off, and into it the only way is from xAPIC mode. */
    private static boolean legal(ApicMode from, ApicMode to) {
        return from == to
                || switch (to) {
                    case DISABLED -> true;
                    case XAPIC -> from == ApicMode.DISABLED;
                    case X2APIC -> from == ApicMode.XAPIC;
                };
    }

    private boolean writeX2apic(int msr, long value) {
        if (!x2apic()) {
            return false;
        }
        if (msr == ICR) {
            return writeIcr(value);
        }
        if (msr == SELF_IPI) {
            return writeSelf(value);
        }
        boolean writable = reaches(msr) && msr != LDR && XapicRegisters.writable(offset(msr));
        if (!writable || (value & ~XapicRegisters.allowed(offset(msr))) != 0) {
            return false;
        }
        registers.write(apic, offset(msr), (int) value);
        return true;
    }

    private boolean writeIcr(long value) {
        boolean legal = (value & ICR_RESERVED) == 0;
        if (legal) {
            apic.writeIcr(value);
        }
        return legal;
    }

    private boolean writeSelf(long value) {
        boolean legal = (value & ~0xffL) == 0;
        if (legal) {
            apic.icr().self((int) value);
        }
        return legal;
    }
}
