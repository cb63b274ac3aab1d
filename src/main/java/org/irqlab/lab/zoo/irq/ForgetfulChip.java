package org.irqlab.lab.zoo.irq;

import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.FlowHandler;
import org.irqlab.kernel.irq.line.IrqBinding;
import org.irqlab.kernel.irq.line.IrqChip;
import org.irqlab.kernel.irq.line.IrqChipFlag;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.EnumSet;
import java.util.Set;

/**
 * A chip and a domain that leave everything to those below, but may lack the flag that interrupts
 * of a line in progress are to be remembered.
 *
 * <p><b>Threads.</b> As {@link IrqChip}.
 */
final class ForgetfulChip implements IrqChip, IrqDomain.Operations {
    private final IrqDomain below;
    private final boolean forgets;

    ForgetfulChip(IrqDomain below, boolean forgets) {
        this.below = below;
        this.forgets = forgets;
    }

    @Override
    public String name() {
        return "zoo-" + below.name();
    }

    @Override
    public Set<IrqChipFlag> flags() {
        var flags = EnumSet.of(IrqChipFlag.SINGLE_TARGET, IrqChipFlag.MOVE_IN_PROCESS_CONTEXT);
        if (!forgets) {
            flags.add(IrqChipFlag.RESEND_WHEN_IN_PROGRESS);
        }
        return flags;
    }

    private static IrqChip chipBelow(IrqBinding line) {
        return line.parent().chip();
    }

    @Override
    public void mask(IrqBinding line, KernelCpu cpu) {
        chipBelow(line).mask(line.parent(), cpu);
    }

    @Override
    public void unmask(IrqBinding line, KernelCpu cpu) {
        chipBelow(line).unmask(line.parent(), cpu);
    }

    @Override
    public void endOfInterrupt(IrqBinding line, KernelCpu cpu) {
        chipBelow(line).endOfInterrupt(line.parent(), cpu);
    }

    @Override
    public boolean retrigger(IrqBinding line, KernelCpu cpu) {
        return chipBelow(line).retrigger(line.parent(), cpu);
    }

    @Override
    public IrqResult setAffinity(IrqBinding line, CpuMask mask, KernelCpu cpu) {
        return chipBelow(line).setAffinity(line.parent(), mask, cpu);
    }

    @Override
    public IrqChip chip(long hwirq) {
        return this;
    }

    @Override
    public FlowHandler flow(long hwirq) {
        return FlowHandler.FAST_EOI;
    }
}
