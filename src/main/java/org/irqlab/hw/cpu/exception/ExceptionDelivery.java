package org.irqlab.hw.cpu.exception;

/**
 * How one architecture enters the kernel and returns from it. One for a machine.
 *
 * <p><b>Threads.</b> The holder of the baton of the core's CPU.
 */
public sealed interface ExceptionDelivery permits X86Exceptions, Arm64Exceptions {
    /** What became of the interrupted code. */
    enum Delivery {
        RESUMED,
        ENDED,
        /** The CPU has shut down. */
        SHUTDOWN
    }

    /** Delivers {@code event}, runs the handler and returns from it. */
    Delivery deliver(GuestEvent event, GuestCore core);

    /** Whether a division without a quotient is a fault, and not a value. */
    boolean divideErrorFaults();

    /** Whether the instruction behind the one that enables interrupts comes before them. */
    boolean enableHasShadow();

    /** Returns the cause of an instruction that needs more privilege. */
    ExceptionCause lackOfPrivilege();

    /** Whether the program may raise a vector by an instruction. */
    boolean hasSoftwareInterrupts();

    /** Whether there are instructions for model-specific registers. */
    boolean hasModelSpecificRegisters();
}
