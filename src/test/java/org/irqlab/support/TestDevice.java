package org.irqlab.support;

import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.hw.pci.PciAddress;
import org.irqlab.hw.pci.PciFunction;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.irq.line.IrqDescriptor;

/**
 * A device that does nothing but signal its MSI-X vectors, and counts what became of the fires.
 *
 * <p>Fired by one thread. MSI-X is on; a line is open once a handler was requested for it.
 */
public final class TestDevice {
    private final Machine machine;
    private final MsixTable msix;
    private final FireCounts counts = new FireCounts();

    public TestDevice(Machine machine, int vectors) {
        this.machine = machine;
        msix = PciFunction.of(new PciAddress(0, 0, 1, 0), vectors, machine.controller()).msix();
        msix.writeControl(MsixTable.CONTROL_ENABLE);
    }

    /** Gives an entry of the table a line, which interrupts {@code cpu}. */
    public IrqDescriptor line(int irq, int entry, int cpu) {
        return machine.irqs().allocate(irq, msix, entry, cpu);
    }

    public FireOutcome fire(int entry) {
        return counts.count(msix.fire(entry));
    }

    public MsixTable msix() {
        return msix;
    }

    /** What became of this device's fires. */
    public FireCounts counts() {
        return counts;
    }
}
