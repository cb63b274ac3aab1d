package org.irqlab.kernel.irq.platform;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.FlowHandler;
import org.irqlab.kernel.irq.line.IrqBinding;
import org.irqlab.kernel.irq.line.IrqChipFlag;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.Set;

/**
 * The chip, and the domain, of a distributor's shared peripheral interrupts.
 *
 * <p>All have the fasteoi flow, edges too: an interrupt that is active is not delivered again, and
 * an edge meanwhile makes it pending. A request that is pending goes where the route leads, so that
 * lines move at any time and leave nothing behind.
 *
 * @see "Linux drivers/irqchip/irq-gic-v3.c"
 */
final class GicChip extends WiredChip {
    private static final Set<IrqChipFlag> FLAGS =
            Set.of(
                    IrqChipFlag.SET_TYPE_MASKED,
                    IrqChipFlag.MOVE_IN_PROCESS_CONTEXT,
                    IrqChipFlag.SINGLE_TARGET);
    private static final int NO_VECTOR = 0;

    GicChip(WiredInputs inputs) {
        super(inputs);
    }

    @Override
    public Set<IrqChipFlag> flags() {
        return FLAGS;
    }

    @Override
    @HotPath
    public void endOfInterrupt(IrqBinding line, KernelCpu cpu) {
        cpu.hw().port().endOfInterrupt();
    }

    @Override
    public boolean retrigger(IrqBinding line, KernelCpu cpu) {
        return inputs.setPending(input(line));
    }

    @Override
    public IrqResult setAffinity(IrqBinding line, CpuMask mask, KernelCpu cpu) {
        boolean open = !line.descriptor().isMasked();
        if (open) {
            mask(line, cpu);
        }
        inputs.route(input(line), mask.first(), NO_VECTOR);
        if (open) {
            unmask(line, cpu);
        }
        line.setEffective(CpuMask.of(mask.first()));
        return IrqResult.OK;
    }

    @Override
    public IrqResult setType(IrqBinding line, Trigger trigger, KernelCpu cpu) {
        return setTrigger(line, trigger);
    }

    // The domain.

    @Override
    public FlowHandler flow(long hwirq) {
        return FlowHandler.FAST_EOI;
    }
}
