package org.irqlab.kernel.irq;

/**
 * What a driver asks for with a line, besides the {@link Trigger}.
 *
 * @see "Linux include/linux/interrupt.h, IRQF_*"
 */
public enum IrqFlag {
    /** Others may have the line too, if they say the same. */
    SHARED(0x80),
    PERCPU(0x400),
    /** User space and balancers leave the affinity alone. */
    NOBALANCING(0x800),
    /** May be called for the interrupts of other lines, when they get lost. */
    IRQPOLL(0x1000),
    /** The line stays masked until the thread has finished. */
    ONESHOT(0x2000),
    /** Never threaded by force. */
    NO_THREAD(0x1_0000),
    /** Stays disabled until it is enabled. */
    NO_AUTOEN(0x8_0000),
    /** Becomes {@link #ONESHOT} where the first owner of the line is. */
    COND_ONESHOT(0x20_0000);

    private final int value;

    IrqFlag(int value) {
        this.value = value;
    }

    /** Returns Linux's IRQF_* bit. */
    public int value() {
        return value;
    }
}
