package org.irqlab.kernel.irq;

/**
 * What an interrupt handler says of an interrupt.
 *
 * @see "Linux include/linux/irqreturn.h"
 */
public enum IrqReturn {
    /** Not from this device. */
    NONE,
    HANDLED,
    /** Handled so far; the rest is for the interrupt thread. */
    WAKE_THREAD
}
