package org.irqlab.hw.cpu.exception;

/** What a gate or a vector leads to: the kernel's side, owned by the hardware. */
@FunctionalInterface
public interface TrapHandler {
    /**
     * Handles one event; its return is the return from the exception, to where {@code frame} says
     * by then.
     *
     * <p>Entered in kernel mode, with the interrupt flag as the gate has it. May switch to other
     * tasks, and come back on another CPU, if it does so with the flag as it was found.
     */
    void handle(TrapFrame frame);
}
