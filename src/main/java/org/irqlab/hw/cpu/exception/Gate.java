package org.irqlab.hw.cpu.exception;

/**
 * One entry of an x86 interrupt descriptor table.
 *
 * @param present whether the gate may be entered
 * @param minimumMode from which mode on a software interrupt may use it: {@link CpuMode#USER} is
 *     descriptor privilege level 3
 * @param stackAddress where the frame is pushed, if the handler has a stack in guest memory of its
 *     own; {@link #OWN_STACK} for the kernel's stack, which is always there
 */
public record Gate(
        GateType type,
        boolean present,
        CpuMode minimumMode,
        long stackAddress,
        TrapHandler handler) {
    /** No stack in guest memory. */
    public static final long OWN_STACK = -1;

    /** What the gate does to the interrupt flag. */
    public enum GateType {
        /** Clears the flag. */
        INTERRUPT,
        /** Leaves the flag as it is. */
        TRAP
    }

    /** An interrupt gate that software interrupts of user mode may not use. */
    public static Gate interrupt(TrapHandler handler) {
        return new Gate(GateType.INTERRUPT, true, CpuMode.KERNEL, OWN_STACK, handler);
    }

    /** A trap gate that software interrupts of user mode may not use. */
    public static Gate trap(TrapHandler handler) {
        return new Gate(GateType.TRAP, true, CpuMode.KERNEL, OWN_STACK, handler);
    }

    /** The same gate for software interrupts of user mode as well. */
    public Gate forUser() {
        return new Gate(type, present, CpuMode.USER, stackAddress, handler);
    }

    /** The same gate with the present bit clear. */
    public Gate absent() {
        return new Gate(type, false, minimumMode, stackAddress, handler);
    }

    /** The same gate with a stack at {@code address} of the guest's memory. */
    public Gate onStack(long address) {
        return new Gate(type, present, minimumMode, address, handler);
    }

    boolean admits(CpuMode from) {
        return minimumMode == CpuMode.USER || from == CpuMode.KERNEL;
    }
}
