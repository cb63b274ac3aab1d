package org.irqlab.kernel.irq;

import org.irqlab.hw.pci.MsiMessage;

/** A domain whose lines are reached by messages: knows which one reaches a line's CPU. */
public interface MessageParent {
    /** With the line's lock; the line is activated. */
    MsiMessage message(IrqBinding line);
}
