package org.irqlab.kernel.irq;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.affinity.VectorMatrix;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.Set;

/**
 * Consecutive vectors of one CPU, for a function that has one message for all of them: the domain
 * below such lines. They stay where they are: no line of them can move alone.
 *
 * <p>SIMPLIFIED: they also stay when their CPU goes down.
 */
final class VectorBlock implements IrqDomain.Operations, IrqChip {
    private static final Set<IrqChipFlag> FLAGS = Set.of(IrqChipFlag.SINGLE_TARGET);

    private final IrqCore core;
    private final VectorTable table;
    private final VectorMatrix.Slot first;

    VectorBlock(IrqCore core, VectorTable table, VectorMatrix.Slot first) {
        this.core = core;
        this.table = table;
        this.first = first;
    }

    @Override
    public String name() {
        return "APIC";
    }

    @Override
    public Set<IrqChipFlag> flags() {
        return FLAGS;
    }

    @Override
    public void mask(IrqBinding line, KernelCpu cpu) {}

    @Override
    public void unmask(IrqBinding line, KernelCpu cpu) {}

    @Override
    @HotPath
    public void acknowledge(IrqBinding line, KernelCpu cpu) {
        cpu.hw().port().endOfInterrupt();
    }

    @Override
    public boolean retrigger(IrqBinding line, KernelCpu cpu) {
        return VectorDomain.of(line).retrigger(core.smp().controller());
    }

    // The domain; the hardware number is the index.

    @Override
    public IrqChip chip(long hwirq) {
        return this;
    }

    @Override
    public FlowHandler flow(long hwirq) {
        return FlowHandler.EDGE;
    }

    @Override
    public IrqResult allocate(IrqBinding line, KernelCpu cpu) {
        line.setState(new VectorAssignment(line.descriptor(), false));
        return IrqResult.OK;
    }

    @Override
    public IrqResult activate(IrqBinding line, KernelCpu cpu) {
        VectorAssignment assignment = VectorDomain.of(line);
        assignment.cpu = first.cpu();
        assignment.vector = first.vector() + (int) line.hwirq();
        table.set(assignment.cpu, assignment.vector, line.descriptor());
        line.setEffective(CpuMask.of(first.cpu()));
        return IrqResult.OK;
    }

    @Override
    public void deactivate(IrqBinding line, KernelCpu cpu) {
        VectorAssignment assignment = VectorDomain.of(line);
        table.shutDown(assignment.cpu, assignment.vector);
        assignment.vector = VectorAssignment.NO_VECTOR;
        line.setEffective(CpuMask.NONE);
    }
}
