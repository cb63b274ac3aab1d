package org.irqlab.hw.cpu.exception;

import java.util.EnumSet;
import java.util.Set;

/**
 * What the hardware says about one of its errors: the status bits of a machine-check bank and of
 * the machine-check global status register.
 *
 * @param code what was being done when the error was found
 * @param address of the memory that is bad
 * @see "Intel SDM volume 3, Machine-Check Architecture: IA32_MCi_STATUS, IA32_MCG_STATUS"
 */
public record MachineCheckReport(Set<Bit> bits, ErrorCode code, long address) {
    /** The bits that the kernel's grading looks at. */
    public enum Bit {
        VALID,
        OVERFLOW,
        UNCORRECTED,
        /** The error was enabled to raise a machine check. */
        ENABLED,
        CONTEXT_CORRUPT,
        /** S: it was signalled by a machine check. */
        SIGNALLED,
        /** AR: it must be dealt with before the code goes on. */
        ACTION_REQUIRED,
        /** AMD: corrupt data that nobody has used yet. */
        DEFERRED,
        /** RIPV: the saved address can be returned to. */
        RESTART_VALID,
        /** EIPV: the saved address is that of the error. */
        ERROR_ADDRESS_VALID
    }

    /** The error codes that the kernel's grading tells apart. */
    public enum ErrorCode {
        OTHER,
        MEMORY_SCRUBBING,
        CACHE_WRITEBACK,
        DATA_LOAD,
        INSTRUCTION_FETCH
    }

    public MachineCheckReport {
        bits = Set.copyOf(bits);
    }

    public static MachineCheckReport of(ErrorCode code, long address, Bit... bits) {
        var set = EnumSet.noneOf(Bit.class);
        set.addAll(Set.of(bits));
        return new MachineCheckReport(set, code, address);
    }

    /** Corrupt data that an instruction has just loaded: action required, and can be restarted. */
    public static MachineCheckReport consumed(long address) {
        return of(
                ErrorCode.DATA_LOAD,
                address,
                Bit.VALID,
                Bit.UNCORRECTED,
                Bit.ENABLED,
                Bit.SIGNALLED,
                Bit.ACTION_REQUIRED,
                Bit.RESTART_VALID,
                Bit.ERROR_ADDRESS_VALID);
    }

    public boolean has(Bit bit) {
        return bits.contains(bit);
    }

    public boolean lacks(Bit bit) {
        return !bits.contains(bit);
    }
}
