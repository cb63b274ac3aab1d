package org.irqlab.kernel.irq.platform;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.MessageTranslator;
import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.irq.affinity.VectorMatrix;
import org.irqlab.kernel.irq.line.IrqCore;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * Interrupts of a machine whose controller translates the messages of devices: arm64. What a CPU
 * takes is an INTID: an IPI or the timer, which the kernel itself uses, or a device's LPI.
 *
 * @see "Linux drivers/irqchip/irq-gic-v3.c, __gic_handle_irq; kernel/irq/chip.c,
 *     handle_percpu_devid_irq"
 */
final class LpiInterrupts implements PlatformInterrupts {
    private final IrqCore core;
    private final SystemHandlers systemHandlers;
    private final MessageTranslator translator;
    private final LpiDomain lpis;
    private final IrqDomain domain;
    private final int first;
    // Of the distributor's inputs; set before the machine starts.
    private IrqDomain wired;

    LpiInterrupts(IrqCore core, SystemHandlers systemHandlers, MessageTranslator translator) {
        this.core = core;
        this.systemHandlers = systemHandlers;
        this.translator = translator;
        lpis = new LpiDomain(core, translator);
        first = translator.firstInterrupt();
        domain = new IrqDomain("GICv3", core, null, first + translator.interrupts(), lpis);
    }

    /** Everything is ended after its handlers; an interrupt that belongs to nobody, too. */
    @Override
    @HotPath
    public void dispatch(KernelCpu cpu, int intid) {
        if (intid >= first) {
            if (!domain.handle(intid, cpu)) {
                endStray(cpu);
            }
        } else if (intid == cpu.hw().port().spuriousVector()) {
            systemHandlers.countStray(cpu.id());
        } else if (wired != null && wired.handle(intid, cpu)) {
            return;
        } else if (systemHandlers.run(cpu, intid)) {
            cpu.hw().port().endOfInterrupt();
        } else {
            endStray(cpu);
        }
    }

    private void endStray(KernelCpu cpu) {
        systemHandlers.countStray(cpu.id());
        cpu.hw().port().endOfInterrupt();
    }

    @Override
    public IrqDomain newDomain(MsixTable device, KernelCpu cpu) {
        var chip = new MsixChip(device, lpis.attach(device, cpu));
        return new IrqDomain(chip.name(), core, domain, device.vectors(), chip);
    }

    @Override
    public WiredDomain newDomain(WiredInputs inputs) {
        WiredDomain made = WiredDomain.root(inputs, core);
        wired = made.domain();
        return made;
    }

    /** SIMPLIFIED: MSI, unlike MSI-X, is not mapped to LPIs. */
    @Override
    public MsiDomain newDomain(MsiFunction function) {
        throw new IllegalStateException("MSI needs a machine whose CPUs have vectors of their own");
    }

    /** Lines are numbered once for the whole machine, so that any CPU can take them all. */
    @Override
    public boolean hasRoom(int cpu) {
        return true;
    }

    /** Nothing to do: {@link IrqCore#online} decides where lines go. */
    @Override
    public void offline(KernelCpu cpu) {}

    /** Nothing to do: what is pending has moved with its line. */
    @Override
    public void settle(KernelCpu cpu) {}

    @Override
    public void online(KernelCpu cpu) {}

    @Override
    public VectorMatrix vectors() {
        throw new IllegalStateException(
                "no vectors by CPU: " + translator.interrupts() + " LPIs for the machine");
    }

    @Override
    public void checkConsistent() {
        lpis.checkConsistent();
    }
}
