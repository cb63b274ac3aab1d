package org.irqlab.hw.intc;

/** What of the level on a wire means an interrupt. */
public enum InputTrigger {
    RISING_EDGE,
    FALLING_EDGE,
    HIGH_LEVEL,
    LOW_LEVEL;

    /** Whether the wire interrupts as long as it is active. */
    public boolean level() {
        return this == HIGH_LEVEL || this == LOW_LEVEL;
    }

    /** Whether low means active. */
    public boolean activeLow() {
        return this == FALLING_EDGE || this == LOW_LEVEL;
    }
}
