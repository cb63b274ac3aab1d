package org.irqlab.hw.cpu.exception;

/**
 * The exceptions of ARM64 that a guest program can take, by exception class (EC) of the syndrome
 * register; an exception from the kernel's own level has another EC where the manual has two.
 *
 * <p>A breakpoint instruction saves its own address, other than on x86: the handler must step over
 * it. There is no divide error, no software interrupt and no double fault.
 *
 * @see "Arm Architecture Reference Manual, ESR_EL1; Linux arch/arm64/include/asm/esr.h"
 */
public enum Arm64Exception {
    UNKNOWN(0x00, 0x00, ExceptionClass.FAULT, ExceptionCause.UNDEFINED_INSTRUCTION),
    SVC64(0x15, 0x15, ExceptionClass.TRAP, ExceptionCause.SYSTEM_CALL),
    /** An access to a system register that this level must not make. */
    SYS64(0x18, 0x18, ExceptionClass.FAULT, ExceptionCause.PROTECTION),
    DATA_ABORT(0x24, 0x25, ExceptionClass.FAULT, ExceptionCause.PAGE_FAULT),
    SERROR(0x2f, 0x2f, ExceptionClass.ABORT, ExceptionCause.MACHINE_CHECK),
    SOFTWARE_STEP(0x32, 0x33, ExceptionClass.TRAP, ExceptionCause.SINGLE_STEP),
    BRK64(0x3c, 0x3c, ExceptionClass.FAULT, ExceptionCause.BREAKPOINT);

    private static final int INSTRUCTION_ABORT = 0x20;

    private static final int EC_SHIFT = 26;
    private static final long IL = 1L << 25;
    private static final long WNR = 1L << 6;
    private static final long TRANSLATION_FAULT_LEVEL_3 = 0b00_0111;
    private static final long PERMISSION_FAULT_LEVEL_3 = 0b00_1111;
    private static final long ALIGNMENT_FAULT = 0b10_0001;

    private final int fromUser;
    private final int fromKernel;
    private final ExceptionClass kind;
    private final ExceptionCause cause;

    Arm64Exception(int fromUser, int fromKernel, ExceptionClass kind, ExceptionCause cause) {
        this.fromUser = fromUser;
        this.fromKernel = fromKernel;
        this.kind = kind;
        this.cause = cause;
    }

    /**
     * Returns the exception for {@code cause}; an alignment fault is a data abort.
     *
     * @throws IllegalArgumentException for a cause that this architecture does not have
     */
    public static Arm64Exception of(ExceptionCause cause) {
        var wanted = cause == ExceptionCause.ALIGNMENT ? ExceptionCause.PAGE_FAULT : cause;
        for (Arm64Exception exception : values()) {
            if (exception.cause == wanted) {
                return exception;
            }
        }
        throw new IllegalArgumentException("cause=" + cause + " is none of ARM64's");
    }

    /** Returns what the syndrome register holds for {@code event}. */
    long syndrome(GuestEvent event, boolean fromUserMode) {
        int ec = fromUserMode ? fromUser : fromKernel;
        long iss = 0;
        if (event.cause() == ExceptionCause.ALIGNMENT) {
            iss = ALIGNMENT_FAULT;
        } else if (this == DATA_ABORT) {
            boolean protection = (event.detail() & GuestEvent.PROTECTION) != 0;
            iss = protection ? PERMISSION_FAULT_LEVEL_3 : TRANSLATION_FAULT_LEVEL_3;
            if ((event.detail() & GuestEvent.FETCH) != 0) {
                ec = INSTRUCTION_ABORT + (fromUserMode ? 0 : 1);
            } else if ((event.detail() & GuestEvent.WRITE) != 0) {
                iss |= WNR;
            }
        }
        return (long) ec << EC_SHIFT | IL | iss;
    }

    /** Returns the exception class of a syndrome. */
    public static int exceptionClass(long syndrome) {
        return (int) (syndrome >>> EC_SHIFT);
    }

    public ExceptionClass kind() {
        return kind;
    }

    public ExceptionCause cause() {
        return cause;
    }
}
