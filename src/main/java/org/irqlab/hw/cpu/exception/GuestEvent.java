package org.irqlab.hw.cpu.exception;

/**
 * Something that the CPU is to deliver: what an instruction raised, or what came from outside.
 *
 * @param vector of a software interrupt or of a controller's; else 0
 * @param detail for page faults {@link #PROTECTION}, {@link #WRITE} and {@link #FETCH}; for gate
 *     faults the error code
 * @param address that the instruction accessed; 0 if none
 * @param at the instruction that raised it; for an event between two instructions the next one
 * @param next the instruction behind
 * @param machineCheck what the hardware reports, of a machine check only
 */
public record GuestEvent(
        ExceptionCause cause,
        int vector,
        long detail,
        long address,
        int at,
        int next,
        MachineCheckReport machineCheck) {
    /** The page is there, but not for this access. */
    public static final long PROTECTION = 1;

    public static final long WRITE = 2;

    /** The access was the fetch of the instruction itself. */
    public static final long FETCH = 16;

    /** An event of the instruction {@code at}. */
    static GuestEvent of(ExceptionCause cause, int at) {
        return new GuestEvent(cause, 0, 0, 0, at, at + 1, null);
    }

    /** An event between two instructions. */
    static GuestEvent between(ExceptionCause cause, int vector, int next) {
        return new GuestEvent(cause, vector, 0, 0, next, next, null);
    }

    static GuestEvent softwareInterrupt(int vector, int at) {
        return new GuestEvent(ExceptionCause.SOFTWARE_INTERRUPT, vector, 0, 0, at, at + 1, null);
    }

    /** Another event of the same instruction, raised by the delivery of this one. */
    GuestEvent raises(ExceptionCause second, long code, long faultAddress) {
        return new GuestEvent(second, 0, code, faultAddress, at, next, null);
    }

    /** An access to {@code address} by the instruction {@code at}. */
    static GuestEvent access(ExceptionCause cause, long detail, long address, int at) {
        return new GuestEvent(cause, 0, detail, address, at, at + 1, null);
    }

    static GuestEvent machineCheck(MachineCheckReport report, int at) {
        return new GuestEvent(
                ExceptionCause.MACHINE_CHECK, 0, 0, report.address(), at, at + 1, report);
    }
}
