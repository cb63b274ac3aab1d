package org.irqlab.kernel.irq;

import org.irqlab.base.HotPath;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * The chip of one MSI-X vector: masking in the device's table, end of interrupt at the CPU's
 * controller.
 *
 * @see "Linux arch/x86/kernel/apic/msi.c, pci_msix_controller; drivers/pci/msi/irqdomain.c"
 */
public final class MsixChip implements IrqChip {
    private final MsixTable table;
    private final int entry;

    public MsixChip(MsixTable table, int entry) {
        this.table = table;
        this.entry = entry;
    }

    @Override
    @HotPath
    public void acknowledge(KernelCpu cpu) {
        cpu.hw().port().endOfInterrupt();
    }

    @Override
    public void mask() {
        table.mask(entry);
    }

    @Override
    public void unmask() {
        table.unmask(entry);
    }

    @Override
    public void retrigger(KernelCpu cpu) {
        table.fire(entry);
    }

    @Override
    public String name() {
        return "PCI-MSIX";
    }
}
