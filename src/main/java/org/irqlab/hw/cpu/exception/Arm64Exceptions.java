package org.irqlab.hw.cpu.exception;

import java.util.EnumMap;
import java.util.Map;

/**
 * Delivery through an ARM64 vector table: one entry for each kind of exception from the lower and
 * from the kernel's own level; always entered with interrupts masked. A fault in the kernel is an
 * exception like any other: nothing escalates.
 *
 * <p><b>Not modelled.</b> FIQ, the entries for the other stack pointer and for 32-bit code, masking
 * of system errors and debug exceptions.
 *
 * @see "Arm Architecture Reference Manual, Exception vectors; Linux arch/arm64/kernel/entry.S"
 */
public final class Arm64Exceptions implements ExceptionDelivery {
    /** The kinds of entries. */
    public enum Vector {
        SYNCHRONOUS,
        IRQ,
        SYSTEM_ERROR;

        static Vector of(ExceptionCause cause) {
            return switch (cause) {
                case INTERRUPT -> IRQ;
                case MACHINE_CHECK -> SYSTEM_ERROR;
                case DIVIDE_ERROR,
                        SINGLE_STEP,
                        BREAKPOINT,
                        UNDEFINED_INSTRUCTION,
                        DOUBLE_FAULT,
                        GATE_NOT_PRESENT,
                        PROTECTION,
                        PAGE_FAULT,
                        ALIGNMENT,
                        SYSTEM_CALL,
                        SOFTWARE_INTERRUPT,
                        NMI ->
                        SYNCHRONOUS;
            };
        }
    }

    private final Map<Vector, TrapHandler> fromUser = new EnumMap<>(Vector.class);
    private final Map<Vector, TrapHandler> fromKernel = new EnumMap<>(Vector.class);

    /** Sets the entry for one kind of exception from one mode. Before the CPUs run. */
    public void set(CpuMode from, Vector vector, TrapHandler handler) {
        (from == CpuMode.USER ? fromUser : fromKernel).put(vector, handler);
    }

    @Override
    public Delivery deliver(GuestEvent event, GuestCore core) {
        boolean user = core.mode() == CpuMode.USER;
        Vector vector = Vector.of(event.cause());
        TrapHandler handler = (user ? fromUser : fromKernel).get(vector);
        if (handler == null) {
            throw new IllegalStateException("no handler for " + vector + " from " + core.mode());
        }
        long syndrome = 0;
        ExceptionClass kind = ExceptionClass.INTERRUPT;
        if (vector != Vector.IRQ) {
            Arm64Exception exception = Arm64Exception.of(event.cause());
            syndrome = exception.syndrome(event, user);
            kind = exception.kind();
        }
        var frame =
                new TrapFrame(
                        event,
                        vector == Vector.IRQ
                                ? event.vector()
                                : Arm64Exception.exceptionClass(syndrome),
                        kind,
                        syndrome,
                        core,
                        core.interruptFlag(event.cause()));
        core.enterKernel(true);
        handler.handle(frame);
        if (!frame.resumes()) {
            return Delivery.ENDED;
        }
        core.returnFrom(frame);
        return Delivery.RESUMED;
    }

    @Override
    public boolean divideErrorFaults() {
        return false;
    }

    @Override
    public boolean enableHasShadow() {
        return false;
    }

    @Override
    public ExceptionCause lackOfPrivilege() {
        return ExceptionCause.PROTECTION;
    }

    @Override
    public boolean hasSoftwareInterrupts() {
        return false;
    }

    @Override
    public boolean hasModelSpecificRegisters() {
        return false;
    }
}
