package org.irqlab.kernel.irq.platform;

import org.irqlab.hw.pci.MsiMessage;
import org.irqlab.kernel.irq.line.FlowHandler;
import org.irqlab.kernel.irq.line.IrqBinding;
import org.irqlab.kernel.irq.line.IrqChipFlag;
import org.irqlab.kernel.irq.line.IrqDescriptor;

import java.util.Set;

/**
 * The domain below a device's, whose lines are reached by messages: knows which one reaches a line,
 * and what the device's own domain has to be like on top of it.
 *
 * @see "Linux include/linux/msi.h, struct msi_parent_ops"
 */
interface MessageParent {
    /** With the line's lock; the line is activated. */
    MsiMessage message(IrqBinding line);

    /** Returns the hardware number here of a line that is an entry of the device's table. */
    long hwirq(int entry, IrqDescriptor line);

    /** Returns what the names of the device's chip begin with. */
    default String prefix() {
        return "";
    }

    /** Returns the flow of the device's lines. */
    default FlowHandler deviceFlow() {
        return FlowHandler.EDGE;
    }

    /** Returns what the device's chip says of itself. */
    Set<IrqChipFlag> deviceFlags();

    /** Returns whether a masked line is masked here, too. */
    default boolean masksToo() {
        return false;
    }
}
