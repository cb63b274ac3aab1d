package org.irqlab.kernel.irq.platform;

import org.irqlab.base.HotPath;
import org.irqlab.hw.pci.MsiMessage;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.FlowHandler;
import org.irqlab.kernel.irq.line.IrqBinding;
import org.irqlab.kernel.irq.line.IrqChip;
import org.irqlab.kernel.irq.line.IrqChipFlag;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.Set;

/**
 * The chip, and the domain, of the vectors in one device's MSI-X table: masks in the table, leaves
 * the rest to the domain below.
 *
 * <p>Where the message names the CPU, a move writes the new one while the vector is masked, in the
 * line's own interrupt, so that neither a mix of two messages nor one to a CPU that knows nothing
 * of the line can be sent. Where the domain below moves the interrupt, the message stays.
 *
 * @see "Linux drivers/pci/msi/irqdomain.c; arch/x86/kernel/apic/msi.c, msi_set_affinity"
 */
final class MsixChip implements IrqChip, IrqDomain.Operations {
    private static final MsiMessage NOWHERE = new MsiMessage(0, 0);

    private final MsixTable table;
    private final MessageParent messages;
    private final boolean masksParent;

    MsixChip(MsixTable table, MessageParent messages) {
        this.table = table;
        this.messages = messages;
        masksParent = messages.masksToo();
    }

    @Override
    public String name() {
        return messages.prefix() + "PCI-MSIX";
    }

    @Override
    public Set<IrqChipFlag> flags() {
        return messages.deviceFlags();
    }

    private static int entry(IrqBinding line) {
        return (int) line.hwirq();
    }

    @Override
    public void mask(IrqBinding line, KernelCpu cpu) {
        table.mask(entry(line));
        if (masksParent) {
            line.parent().chip().mask(line.parent(), cpu);
        }
    }

    @Override
    public void unmask(IrqBinding line, KernelCpu cpu) {
        if (masksParent) {
            line.parent().chip().unmask(line.parent(), cpu);
        }
        table.unmask(entry(line));
    }

    @Override
    @HotPath
    public void acknowledge(IrqBinding line, KernelCpu cpu) {
        IrqBinding below = line.parent();
        below.chip().acknowledge(below, cpu);
    }

    @Override
    @HotPath
    public void endOfInterrupt(IrqBinding line, KernelCpu cpu) {
        IrqBinding below = line.parent();
        below.chip().endOfInterrupt(below, cpu);
    }

    @Override
    public boolean retrigger(IrqBinding line, KernelCpu cpu) {
        IrqBinding below = line.parent();
        return below.chip().retrigger(below, cpu);
    }

    @Override
    public IrqResult setAffinity(IrqBinding line, CpuMask mask, KernelCpu cpu) {
        IrqBinding below = line.parent();
        IrqResult result = below.chip().setAffinity(below, mask, cpu);
        if (result.ok()) {
            program(line);
        }
        return result;
    }

    private void program(IrqBinding line) {
        MsiMessage message = messages.message(line.parent());
        if (!message.equals(table.message(entry(line)))) {
            table.program(entry(line), message);
        }
    }

    @Override
    public void forceCompleteMove(IrqBinding line, KernelCpu cpu) {
        IrqBinding below = line.parent();
        below.chip().forceCompleteMove(below, cpu);
    }

    // The domain.

    @Override
    public IrqChip chip(long hwirq) {
        return this;
    }

    @Override
    public FlowHandler flow(long hwirq) {
        return messages.deviceFlow();
    }

    @Override
    public long parentHwirq(long hwirq, IrqDescriptor line) {
        return messages.hwirq((int) hwirq, line);
    }

    @Override
    public IrqResult activate(IrqBinding line, KernelCpu cpu) {
        program(line);
        return IrqResult.OK;
    }

    @Override
    public void deactivate(IrqBinding line, KernelCpu cpu) {
        table.program(entry(line), NOWHERE);
    }
}
