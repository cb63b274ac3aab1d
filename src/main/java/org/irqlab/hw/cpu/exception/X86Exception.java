package org.irqlab.hw.cpu.exception;

/**
 * The exceptions of x86-64: vectors 0 to 31 without those that are reserved (9, 15, 22 to 31).
 *
 * <p><b>Not modelled.</b> Vectors 28 to 30, which AMD uses for confidential guests.
 *
 * @see "Intel SDM volume 3, Interrupt and Exception Handling: Exception and Interrupt Vectors"
 */
public enum X86Exception {
    DE(0, ExceptionClass.FAULT, false, PairingClass.CONTRIBUTORY, ExceptionCause.DIVIDE_ERROR),
    /** A trap for single steps; instruction breakpoints, not modelled, are faults. */
    DB(1, ExceptionClass.TRAP, false, PairingClass.BENIGN, ExceptionCause.SINGLE_STEP),
    NMI(2, ExceptionClass.INTERRUPT, false, PairingClass.BENIGN, ExceptionCause.NMI),
    BP(3, ExceptionClass.TRAP, false, PairingClass.BENIGN, ExceptionCause.BREAKPOINT),
    OF(4, ExceptionClass.TRAP, false, PairingClass.BENIGN, null),
    BR(5, ExceptionClass.FAULT, false, PairingClass.BENIGN, null),
    UD(6, ExceptionClass.FAULT, false, PairingClass.BENIGN, ExceptionCause.UNDEFINED_INSTRUCTION),
    NM(7, ExceptionClass.FAULT, false, PairingClass.BENIGN, null),
    DF(8, ExceptionClass.ABORT, true, PairingClass.DOUBLE_FAULT, ExceptionCause.DOUBLE_FAULT),
    TS(10, ExceptionClass.FAULT, true, PairingClass.CONTRIBUTORY, null),
    NP(11, ExceptionClass.FAULT, true, PairingClass.CONTRIBUTORY, ExceptionCause.GATE_NOT_PRESENT),
    SS(12, ExceptionClass.FAULT, true, PairingClass.CONTRIBUTORY, null),
    GP(13, ExceptionClass.FAULT, true, PairingClass.CONTRIBUTORY, ExceptionCause.PROTECTION),
    PF(14, ExceptionClass.FAULT, true, PairingClass.PAGE_FAULT, ExceptionCause.PAGE_FAULT),
    MF(16, ExceptionClass.FAULT, false, PairingClass.BENIGN, null),
    AC(17, ExceptionClass.FAULT, true, PairingClass.BENIGN, ExceptionCause.ALIGNMENT),
    MC(18, ExceptionClass.ABORT, false, PairingClass.BENIGN, ExceptionCause.MACHINE_CHECK),
    XM(19, ExceptionClass.FAULT, false, PairingClass.BENIGN, null),
    /** Stands with the page faults in the table of double faults. */
    VE(20, ExceptionClass.FAULT, false, PairingClass.PAGE_FAULT, null),
    CP(21, ExceptionClass.FAULT, true, PairingClass.CONTRIBUTORY, null);

    /** Vectors that belong to exceptions; devices begin here. */
    public static final int VECTORS = 32;

    private static final X86Exception[] BY_VECTOR = new X86Exception[VECTORS];

    static {
        for (X86Exception exception : values()) {
            BY_VECTOR[exception.vector] = exception;
        }
    }

    private final int vector;
    private final ExceptionClass kind;
    private final boolean errorCode;
    private final PairingClass pairing;
    private final ExceptionCause cause;

    X86Exception(
            int vector,
            ExceptionClass kind,
            boolean errorCode,
            PairingClass pairing,
            ExceptionCause cause) {
        this.vector = vector;
        this.kind = kind;
        this.errorCode = errorCode;
        this.pairing = pairing;
        this.cause = cause;
    }

    /** Returns the exception of {@code vector}, or null if that is reserved or not below 32. */
    public static X86Exception of(int vector) {
        return vector < VECTORS ? BY_VECTOR[vector] : null;
    }

    /** Returns the exception for {@code cause}, or null where the vector is not an exception's. */
    public static X86Exception of(ExceptionCause cause) {
        for (X86Exception exception : BY_VECTOR) {
            if (exception != null && exception.cause == cause) {
                return exception;
            }
        }
        return null;
    }

    public int vector() {
        return vector;
    }

    public ExceptionClass kind() {
        return kind;
    }

    /** Whether the CPU pushes an error code. */
    public boolean hasErrorCode() {
        return errorCode;
    }

    public PairingClass pairing() {
        return pairing;
    }

    /** Returns the cause, or null where no guest instruction of this model raises it. */
    public ExceptionCause cause() {
        return cause;
    }
}
