package org.irqlab.kernel.trap;

import org.irqlab.hw.cpu.exception.MachineCheckReport;
import org.irqlab.hw.cpu.exception.MachineCheckReport.Bit;
import org.irqlab.hw.cpu.exception.MachineCheckReport.ErrorCode;

/**
 * How bad a machine check is, from nothing to the end of the machine.
 *
 * @see "Linux arch/x86/kernel/cpu/mce/severity.c"
 */
public enum MachineCheckSeverity {
    NO,
    /** Uncorrected, and nobody has used it: UCNA, or AMD's deferred errors. */
    DEFERRED,
    /** Left for the handler of corrected errors. */
    KEEP,
    SOME,
    /** Action optional. */
    AO,
    /** Uncorrected. */
    UC,
    /** Action required. */
    AR,
    PANIC;

    /**
     * Grades a machine check, by the kernel's rules in the kernel's order for a CPU with software
     * error recovery; the first that matches counts.
     *
     * @param user whether it interrupted user mode
     */
    public static MachineCheckSeverity grade(MachineCheckReport report, boolean user) {
        if (report.lacks(Bit.VALID) || report.lacks(Bit.ENABLED)) {
            return NO;
        }
        boolean restart = report.has(Bit.RESTART_VALID);
        boolean anyAddress = restart || report.has(Bit.ERROR_ADDRESS_VALID);
        if (report.has(Bit.CONTEXT_CORRUPT) || !anyAddress || !restart && !user) {
            return PANIC;
        }
        if (report.lacks(Bit.UNCORRECTED)) {
            return report.has(Bit.DEFERRED) ? DEFERRED : KEEP;
        }
        MachineCheckSeverity severity = uncorrected(report, user);
        // Whatever is uncorrected in the kernel has no task that could pay for it.
        return !user && severity.compareTo(UC) >= 0 ? PANIC : severity;
    }

    private static MachineCheckSeverity uncorrected(MachineCheckReport report, boolean user) {
        boolean required = report.has(Bit.ACTION_REQUIRED);
        boolean optionalCode =
                report.code() == ErrorCode.MEMORY_SCRUBBING
                        || report.code() == ErrorCode.CACHE_WRITEBACK;
        if (!required && optionalCode) {
            return AO;
        }
        if (report.lacks(Bit.SIGNALLED)) {
            if (!required) {
                return DEFERRED;
            }
            return report.has(Bit.OVERFLOW) ? KEEP : PANIC;
        }
        if (required) {
            return actionRequired(report, user);
        }
        return SOME;
    }

    private static MachineCheckSeverity actionRequired(MachineCheckReport report, boolean user) {
        if (report.has(Bit.OVERFLOW)) {
            return PANIC;
        }
        if (report.lacks(Bit.ERROR_ADDRESS_VALID)) {
            // Broadcast to a CPU that has nothing to do with it.
            return KEEP;
        }
        boolean knownCode =
                report.code() == ErrorCode.DATA_LOAD
                        || report.code() == ErrorCode.INSTRUCTION_FETCH;
        return user && knownCode ? AR : PANIC;
    }
}
