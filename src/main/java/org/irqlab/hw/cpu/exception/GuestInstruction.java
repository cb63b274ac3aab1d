package org.irqlab.hw.cpu.exception;

/**
 * An instruction of a guest program. Each has its whole effect, or raises an event and has none, so
 * that it can be executed again. Registers are numbered 0 to 7.
 */
public sealed interface GuestInstruction {
    record Nop() implements GuestInstruction {}

    record LoadImmediate(int register, long value) implements GuestInstruction {}

    record Add(int register, int other) implements GuestInstruction {}

    /** Reads the word at {@code address}, which is a multiple of 8. */
    record Load(int register, long address) implements GuestInstruction {}

    record Store(long address, int register) implements GuestInstruction {}

    /** Divides {@code register} by {@code divisor}, another register. */
    record Divide(int register, int divisor) implements GuestInstruction {}

    record Jump(int target) implements GuestInstruction {}

    record JumpIfZero(int register, int target) implements GuestInstruction {}

    /** INT n; undefined on ARM64. */
    record SoftwareInterrupt(int vector) implements GuestInstruction {}

    /** INT3, BRK. */
    record Breakpoint() implements GuestInstruction {}

    /** SYSCALL, SVC: number in register 0, arguments behind it, result in register 0. */
    record SystemCall() implements GuestInstruction {}

    /** STI; needs kernel mode. */
    record EnableInterrupts() implements GuestInstruction {}

    /** CLI; needs kernel mode. */
    record DisableInterrupts() implements GuestInstruction {}

    /** HLT: waits for an interrupt or an NMI; needs kernel mode. */
    record Halt() implements GuestInstruction {}

    /** Writes a control register; needs kernel mode. */
    record WriteControl() implements GuestInstruction {}

    /** RDMSR; needs kernel mode; undefined on ARM64. */
    record ReadMsr(int register, int msr) implements GuestInstruction {}

    /** WRMSR; needs kernel mode; undefined on ARM64. */
    record WriteMsr(int msr, int register) implements GuestInstruction {}

    /** POPF: from the next instruction on, each is followed by a debug trap, or none is. */
    record SetSingleStep(boolean on) implements GuestInstruction {}

    record Undefined() implements GuestInstruction {}

    /** Ends the program, without the kernel. */
    record Exit(int status) implements GuestInstruction {}
}
