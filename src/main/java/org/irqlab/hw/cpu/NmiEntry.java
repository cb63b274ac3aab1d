package org.irqlab.hw.cpu;

/**
 * What the CPU enters when it takes an NMI: the kernel's side of the gate, owned by the hardware.
 */
@FunctionalInterface
public interface NmiEntry {
    /**
     * Handles an NMI, up to the return to what was interrupted.
     *
     * <p>Entered and left with the interrupt flag off, on top of anything; must not switch tasks.
     */
    void nmi();
}
