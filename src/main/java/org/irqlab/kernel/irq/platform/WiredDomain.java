package org.irqlab.kernel.irq.platform;

import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.irq.line.IrqCore;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * The lines behind the wired inputs of one controller.
 *
 * <p>How an input triggers is for the firmware to say, to whoever maps it: a wire cannot be asked.
 *
 * <p><b>Threads.</b> As {@link IrqDomain}.
 *
 * @see "Linux arch/x86/kernel/apic/io_apic.c, mp_irqdomain_ops; drivers/irqchip/irq-gic-v3.c,
 *     gic_irq_domain_ops"
 */
public final class WiredDomain {
    private final WiredInputs inputs;
    private final WiredChip chip;
    private final IrqDomain domain;

    private WiredDomain(WiredInputs inputs, WiredChip chip, IrqCore core, IrqDomain parent) {
        this.inputs = inputs;
        this.chip = chip;
        domain = new IrqDomain(inputs.name(), core, parent, inputs.first() + inputs.count(), chip);
    }

    /** The inputs of a controller that sends vectors: above the domain of those. */
    static WiredDomain above(
            IrqDomain vectorDomain, VectorDomain vectors, WiredInputs inputs, IrqCore core) {
        return new WiredDomain(inputs, new IoApicChip(inputs, vectors), core, vectorDomain);
    }

    /** The inputs of a controller whose numbers CPUs acknowledge: with nothing below. */
    static WiredDomain root(WiredInputs inputs, IrqCore core) {
        return new WiredDomain(inputs, new GicChip(inputs), core, null);
    }

    /** The domain, by the numbers of the inputs. */
    public IrqDomain domain() {
        return domain;
    }

    /**
     * Gives an input the line {@code irq}, masked, or returns the line that it has.
     *
     * @param trigger what the firmware says; not {@link Trigger#NONE}
     * @return EBUSY if the line has another trigger; EINVAL if there is no such input, or it has no
     *     such trigger
     */
    public IrqDomain.Mapping map(int irq, int input, Trigger trigger, KernelCpu cpu) {
        if (input < inputs.first() || input >= inputs.first() + inputs.count()) {
            return new IrqDomain.Mapping(IrqResult.EINVAL, null);
        }
        IrqDescriptor known = domain.find(input);
        if (known != null && known.trigger() != trigger) {
            return new IrqDomain.Mapping(IrqResult.EBUSY, null);
        }
        chip.describe(input, trigger);
        return domain.map(irq, input, cpu);
    }
}
