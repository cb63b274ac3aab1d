package org.irqlab.hw.pci;

/**
 * Where a function's interrupt pin is wired to: an input of an interrupt controller that other
 * functions may share.
 *
 * <p>Carries no data and orders none: what the device wrote to memory before may arrive later.
 *
 * <p><b>Threads.</b> Any, one at a time, and in the order of the levels. Never blocks, and never
 * calls back into the function.
 */
@FunctionalInterface
public interface IntxPin {
    /** Nobody listens. */
    IntxPin NONE = asserted -> {};

    /** The function begins or ceases to assert its interrupt. */
    void level(boolean asserted);
}
