package org.irqlab.kernel.irq;

/** How a line signals; {@link #NONE} leaves it as it is. */
public enum Trigger {
    NONE(0),
    RISING(1),
    FALLING(2),
    BOTH(3),
    HIGH(4),
    LOW(8);

    private final int value;

    Trigger(int value) {
        this.value = value;
    }

    /** Returns Linux's IRQ_TYPE_* bits. */
    public int value() {
        return value;
    }

    public boolean level() {
        return this == HIGH || this == LOW;
    }
}
