package org.irqlab.kernel.irq.platform;

import org.irqlab.base.HotPath;
import org.irqlab.hw.pci.MsiMessage;
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
 * The chip, and the domain, of a function's MSI vectors: masks where the function has mask bits,
 * leaves the rest to the domain below.
 *
 * <p>Address and data are two writes. With mask bits a move makes them while the vector is masked.
 * Without, it first gives the new vector to the old CPU and then the CPU: what the device sends in
 * between comes to the old CPU, which looks for it and sends it on.
 *
 * @see "Linux drivers/pci/msi/irqdomain.c; arch/x86/kernel/apic/msi.c, msi_set_affinity"
 */
final class MsiChip implements IrqChip, IrqDomain.Operations {
    private static final Set<IrqChipFlag> FLAGS =
            Set.of(IrqChipFlag.ONESHOT_SAFE, IrqChipFlag.SINGLE_TARGET);

    /** One of several is refused at once, not in its next interrupt. */
    private static final Set<IrqChipFlag> FLAGS_OF_SEVERAL =
            Set.of(
                    IrqChipFlag.ONESHOT_SAFE,
                    IrqChipFlag.SINGLE_TARGET,
                    IrqChipFlag.MOVE_IN_PROCESS_CONTEXT);

    private static final MsiMessage NOWHERE = new MsiMessage(0, 0);

    private final MsiFunction function;
    private final VectorDomain vectors;
    private final boolean several;

    /**
     * A chip for one vector, or for several that have their message already.
     *
     * @param vectors the domain below one; of several, what it got them from
     */
    MsiChip(MsiFunction function, VectorDomain vectors, boolean several) {
        this.function = function;
        this.vectors = vectors;
        this.several = several;
    }

    @Override
    public String name() {
        return "PCI-MSI";
    }

    @Override
    public Set<IrqChipFlag> flags() {
        return several ? FLAGS_OF_SEVERAL : FLAGS;
    }

    @Override
    public void mask(IrqBinding line, KernelCpu cpu) {
        function.mask((int) line.hwirq());
    }

    @Override
    public void unmask(IrqBinding line, KernelCpu cpu) {
        function.unmask((int) line.hwirq());
    }

    @Override
    @HotPath
    public void acknowledge(IrqBinding line, KernelCpu cpu) {
        line.parent().chip().acknowledge(line.parent(), cpu);
    }

    @Override
    public boolean retrigger(IrqBinding line, KernelCpu cpu) {
        return line.parent().chip().retrigger(line.parent(), cpu);
    }

    /** EINVAL for one of several: they have one address. */
    @Override
    public IrqResult setAffinity(IrqBinding line, CpuMask mask, KernelCpu cpu) {
        if (several) {
            return IrqResult.EINVAL;
        }
        IrqBinding below = line.parent();
        VectorAssignment now = VectorDomain.of(below);
        int oldCpu = now.cpu;
        int oldVector = now.vector;
        IrqResult result = vectors.setAffinity(below, mask, cpu);
        if (result.ok()) {
            boolean torn =
                    !function.maskable()
                            && oldVector != VectorAssignment.NO_VECTOR
                            && oldVector != now.vector
                            && oldCpu != now.cpu;
            if (torn && oldCpu == cpu.id()) {
                moveInTwoSteps(below, now.vector, cpu);
            } else {
                function.program(vectors.message(below), cpu);
            }
        }
        return result;
    }

    /** On the old CPU, interrupts off. */
    private void moveInTwoSteps(IrqBinding below, int vector, KernelCpu cpu) {
        vectors.expectOn(cpu, vector);
        function.program(vectors.message(cpu.id(), vector), cpu);
        function.program(vectors.message(below), cpu);
        if (cpu.hw().port().requested(vector)) {
            vectors.retrigger(below, cpu);
        }
    }

    @Override
    public void forceCompleteMove(IrqBinding line, KernelCpu cpu) {
        line.parent().chip().forceCompleteMove(line.parent(), cpu);
    }

    // The domain.

    @Override
    public IrqChip chip(long hwirq) {
        return this;
    }

    @Override
    public FlowHandler flow(long hwirq) {
        return FlowHandler.EDGE;
    }

    @Override
    public long parentHwirq(long hwirq, IrqDescriptor line) {
        return several ? hwirq : line.irq();
    }

    @Override
    public IrqResult allocate(IrqBinding line, KernelCpu cpu) {
        mask(line, cpu);
        return IrqResult.OK;
    }

    @Override
    public IrqResult activate(IrqBinding line, KernelCpu cpu) {
        if (!several) {
            function.program(vectors.message(line.parent()), cpu);
        }
        return IrqResult.OK;
    }

    @Override
    public void deactivate(IrqBinding line, KernelCpu cpu) {
        if (!several) {
            function.program(NOWHERE, cpu);
        }
    }
}
