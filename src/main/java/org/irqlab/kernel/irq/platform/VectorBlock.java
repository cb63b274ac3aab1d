package org.irqlab.kernel.irq.platform;

import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.affinity.VectorMatrix;
import org.irqlab.kernel.irq.line.FlowHandler;
import org.irqlab.kernel.irq.line.IrqBinding;
import org.irqlab.kernel.irq.line.IrqChip;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * Consecutive vectors of one CPU, for a function that has one message for all of them: the domain
 * below such lines. They stay where they are: no line of them can move alone.
 *
 * <p>SIMPLIFIED: they also stay when their CPU goes down.
 */
final class VectorBlock implements IrqDomain.Operations {
    private final VectorDomain vectors;
    private final VectorMatrix.Slot first;

    VectorBlock(VectorDomain vectors, VectorMatrix.Slot first) {
        this.vectors = vectors;
        this.first = first;
    }

    @Override
    public IrqChip chip(long hwirq) {
        return vectors;
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
        vectors.table().set(assignment.cpu, assignment.vector, line.descriptor());
        line.setEffective(CpuMask.of(first.cpu()));
        return IrqResult.OK;
    }

    @Override
    public void deactivate(IrqBinding line, KernelCpu cpu) {
        VectorAssignment assignment = VectorDomain.of(line);
        vectors.table().shutDown(assignment.cpu, assignment.vector);
        assignment.vector = VectorAssignment.NO_VECTOR;
        line.setEffective(CpuMask.NONE);
    }
}
