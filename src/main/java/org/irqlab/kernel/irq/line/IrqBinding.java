package org.irqlab.kernel.irq.line;

import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.irq.affinity.CpuMask;

/**
 * One line in one domain: its hardware number there, and the chip that serves it; the domains below
 * are reached by {@link #parent}.
 *
 * @see "Linux include/linux/irq.h, struct irq_data"
 */
public final class IrqBinding {
    private final IrqDomain domain;
    private final IrqDescriptor descriptor;
    private final long hwirq;
    private final IrqChip chip;
    private final IrqBinding parent;
    private Object state;

    IrqBinding(
            IrqDomain domain,
            IrqDescriptor descriptor,
            long hwirq,
            IrqChip chip,
            IrqBinding parent) {
        this.domain = domain;
        this.descriptor = descriptor;
        this.hwirq = hwirq;
        this.chip = chip;
        this.parent = parent;
    }

    /** Returns the domain, or null for a line that was wired to its chip directly. */
    public IrqDomain domain() {
        return domain;
    }

    public IrqDescriptor descriptor() {
        return descriptor;
    }

    public long hwirq() {
        return hwirq;
    }

    public IrqChip chip() {
        return chip;
    }

    /** Returns the binding in the domain below, or null. */
    public IrqBinding parent() {
        return parent;
    }

    /** Returns what the domain has put here. */
    public Object state() {
        return state;
    }

    public void setState(Object state) {
        this.state = state;
    }

    /** Tells how the line signals from now on. By the chip, with the line's lock. */
    public void setTrigger(Trigger trigger) {
        descriptor.setTrigger(trigger);
    }

    /** Tells which CPUs the line interrupts from now on. By the chip, with the line's lock. */
    public void setEffective(CpuMask mask) {
        descriptor.setEffective(mask);
    }
}
