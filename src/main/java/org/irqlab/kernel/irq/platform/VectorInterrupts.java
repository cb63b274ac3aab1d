package org.irqlab.kernel.irq.platform;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.irq.affinity.VectorMatrix;
import org.irqlab.kernel.irq.line.IrqBinding;
import org.irqlab.kernel.irq.line.IrqCore;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * Interrupts of a machine whose CPUs have vectors of their own: x86.
 *
 * @see "Linux arch/x86/kernel/irq.c, common_interrupt and fixup_irqs"
 */
final class VectorInterrupts implements PlatformInterrupts {
    /** How long a CPU that goes waits for what was sent to it before the lines moved. */
    static final long SETTLE_NS = 1_000_000L;

    private static final int VECTORS = 256;

    private final IrqCore core;
    private final SystemHandlers systemHandlers;
    private final VectorTable table;
    private final VectorDomain vectors;
    private final IrqDomain domain;

    VectorInterrupts(IrqCore core, SystemHandlers systemHandlers) {
        this.core = core;
        this.systemHandlers = systemHandlers;
        table = new VectorTable(core.smp().count(), VECTORS);
        vectors = new VectorDomain(core, table, core.smp().controller().vectors());
        domain = new IrqDomain("VECTOR", core, null, 0, vectors);
    }

    /** System vectors are ended before their handlers. */
    @Override
    @HotPath
    public void dispatch(KernelCpu cpu, int vector) {
        IrqDescriptor line = table.line(cpu.id(), vector);
        if (line != null) {
            line.handle(cpu);
            return;
        }
        if (vector == cpu.hw().port().spuriousVector()) {
            systemHandlers.countStray(cpu.id());
            return;
        }
        cpu.hw().port().endOfInterrupt();
        if (!systemHandlers.run(cpu, vector) && !table.expected(cpu.id(), vector)) {
            systemHandlers.countStray(cpu.id());
        }
    }

    @Override
    public IrqDomain newDomain(MsixTable device, KernelCpu cpu) {
        var chip = new MsixChip(device, vectors);
        return new IrqDomain(chip.name(), core, domain, device.vectors(), chip);
    }

    @Override
    public WiredDomain newDomain(WiredInputs inputs) {
        return WiredDomain.above(domain, vectors, inputs, core);
    }

    @Override
    public MsiDomain newDomain(MsiFunction function) {
        return new MsiDomain(core, domain, vectors, function);
    }

    @Override
    public boolean hasRoom(int cpu) {
        return vectors.matrix().available(cpu) != 0;
    }

    @Override
    public void offline(KernelCpu cpu) {
        vectors.offline(cpu);
    }

    @Override
    public void settle(KernelCpu cpu) {
        cpu.burn(SETTLE_NS);
        for (int vector = 0; vector < VECTORS; vector++) {
            rescan(vector, cpu);
        }
    }

    /** Sends again what is latched here, and clears the table. */
    private void rescan(int vector, KernelCpu cpu) {
        IrqDescriptor line = table.line(cpu.id(), vector);
        if (line == null) {
            return;
        }
        if (cpu.hw().port().requested(vector)) {
            line.retrigger(cpu);
        }
        table.shutDown(cpu.id(), vector);
    }

    @Override
    public void online(KernelCpu cpu) {
        vectors.online(cpu);
    }

    @Override
    public VectorMatrix vectors() {
        return vectors.matrix();
    }

    /** Every vector in the table belongs to its line, and the other way round. Quiet machine. */
    @Override
    public void checkConsistent() {
        for (IrqDescriptor line : core.lines()) {
            for (IrqBinding at = line.binding(); at != null; at = at.parent()) {
                if (at.state() instanceof VectorAssignment a
                        && a.vector != VectorAssignment.NO_VECTOR) {
                    Checks.invariant(
                            table.line(a.cpu, a.vector) == line
                                    && vectors.matrix().isAllocated(a.cpu, a.vector),
                            "I-36: vector " + a.vector + " of cpu " + a.cpu);
                }
            }
        }
    }
}
