package org.irqlab.hw.intc;

/** An interrupt controller that has no port of its own: a pair of 8259s, behind an ExtINT pin. */
@FunctionalInterface
public interface ExternalController {
    /**
     * The CPU's acknowledge cycle: which vector it is to take. Called by the holder of the CPU,
     * with interrupts off; the interrupt is ended at this controller, not at the CPU's port.
     */
    int acknowledge();
}
