package org.irqlab.kernel.irq;

/**
 * One handler on a line, with its thread if it has one.
 *
 * @see "Linux include/linux/interrupt.h, struct irqaction"
 */
public final class IrqAction {
    private final String name;
    private final int nameId;
    private final IrqHandler topHalf;
    private final IrqThread thread;

    IrqAction(String name, int nameId, IrqHandler topHalf, IrqThread thread) {
        this.name = name;
        this.nameId = nameId;
        this.topHalf = topHalf;
        this.thread = thread;
    }

    public String name() {
        return name;
    }

    public int nameId() {
        return nameId;
    }

    IrqHandler topHalf() {
        return topHalf;
    }

    /** Returns the interrupt thread, or null. */
    public IrqThread thread() {
        return thread;
    }
}
