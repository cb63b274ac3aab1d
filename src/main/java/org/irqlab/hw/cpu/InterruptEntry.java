package org.irqlab.hw.cpu;

/**
 * What the CPU enters when it takes an interrupt: the kernel's side of the gate, owned by the
 * hardware.
 */
public interface InterruptEntry {
    /**
     * Handles an acknowledged interrupt, up to the return to what was interrupted.
     *
     * <p>Entered and left with the interrupt flag off. The call may switch to other tasks before it
     * returns.
     *
     * @param vector as the controller's acknowledge returned it
     */
    void interrupt(int vector);

    /**
     * A storm hint: so many interrupts in a row, of which {@code vector} is the next, that what
     * they interrupted seems never to go on. Once for each such row.
     */
    default void storm(int vector) {}
}
