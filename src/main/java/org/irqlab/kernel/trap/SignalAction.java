package org.irqlab.kernel.trap;

import org.irqlab.hw.cpu.exception.TrapFrame;

/**
 * A program's handler of a signal: changes registers, memory, or where the program goes on, as its
 * own code would by the context that it is given.
 */
@FunctionalInterface
public interface SignalAction {
    /** Handles {@code signal}; then the program goes on where {@code frame} says. */
    void handle(Signal signal, TrapFrame frame);
}
