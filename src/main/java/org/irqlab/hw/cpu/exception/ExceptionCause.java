package org.irqlab.hw.cpu.exception;

/** Why the kernel is entered, in words that both architectures share. */
public enum ExceptionCause {
    /** A quotient that does not exist or does not fit. x86 only: ARM64 divides to a value. */
    DIVIDE_ERROR,
    SINGLE_STEP,
    BREAKPOINT,
    UNDEFINED_INSTRUCTION,
    DOUBLE_FAULT,
    /** A gate whose present bit is clear. x86 only. */
    GATE_NOT_PRESENT,
    /** An instruction, or a gate, that this mode must not use. */
    PROTECTION,
    PAGE_FAULT,
    ALIGNMENT,
    /** An error of the hardware: a machine check, or a system error. */
    MACHINE_CHECK,
    SYSTEM_CALL,
    /** INT n. x86 only. */
    SOFTWARE_INTERRUPT,
    NMI,
    /** A maskable interrupt of a controller. */
    INTERRUPT
}
