package org.irqlab.kernel.irq.platform;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.FlowHandler;
import org.irqlab.kernel.irq.line.IrqBinding;
import org.irqlab.kernel.irq.line.IrqChipFlag;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.LineAffinity;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.Set;

/**
 * The chip, and the domain, of the pins of an I/O APIC, above the domain of the CPUs' vectors.
 *
 * <p>Edge pins have the edge flow, acknowledged at the local APIC; level pins the fasteoi flow,
 * whose end of interrupt is broadcast. A pin moves in its own interrupt, masked meanwhile; a level
 * pin not before its end has arrived: an entry that is given another vector while its remote IRR is
 * set would wait for that end for ever.
 *
 * <p>SIMPLIFIED: a request for another trigger than the firmware's is refused, where Linux ignores
 * it.
 *
 * @see "Linux arch/x86/kernel/apic/io_apic.c"
 */
final class IoApicChip extends WiredChip {
    private static final Set<IrqChipFlag> FLAGS = Set.of(IrqChipFlag.SINGLE_TARGET);

    private final VectorDomain vectors;

    IoApicChip(WiredInputs inputs, VectorDomain vectors) {
        super(inputs);
        this.vectors = vectors;
    }

    @Override
    public Set<IrqChipFlag> flags() {
        return FLAGS;
    }

    @Override
    @HotPath
    public void acknowledge(IrqBinding line, KernelCpu cpu) {
        vectors.acknowledge(line.parent(), cpu);
    }

    @Override
    @HotPath
    public void endOfInterrupt(IrqBinding line, KernelCpu cpu) {
        IrqDescriptor descriptor = line.descriptor();
        vectors.completeMove(line.parent(), cpu);
        boolean moves = descriptor.isMovePending();
        if (moves && !descriptor.isMasked()) {
            mask(line, cpu);
        }
        boolean told = cpu.hw().port().tellsEnd(VectorDomain.of(line.parent()).vector);
        cpu.hw().port().endOfInterrupt();
        if (!told) {
            // Sent again by software, as an edge, when its CPU went down: nobody else ends it.
            inputs.end(input(line));
        }
        if (moves) {
            finishMove(line, descriptor, cpu);
        }
    }

    private void finishMove(IrqBinding line, IrqDescriptor descriptor, KernelCpu cpu) {
        if (!inputs.inFlight(input(line))) {
            LineAffinity.moveMasked(descriptor, cpu);
        }
        if (!descriptor.isMasked()) {
            unmask(line, cpu);
        }
    }

    @Override
    public boolean retrigger(IrqBinding line, KernelCpu cpu) {
        return vectors.retrigger(line.parent(), cpu);
    }

    @Override
    public IrqResult setAffinity(IrqBinding line, CpuMask mask, KernelCpu cpu) {
        IrqResult result = vectors.setAffinity(line.parent(), mask, cpu);
        if (result.ok()) {
            route(line);
        }
        return result;
    }

    private void route(IrqBinding line) {
        VectorAssignment assignment = VectorDomain.of(line.parent());
        inputs.route(input(line), assignment.cpu, assignment.vector);
    }

    @Override
    public IrqResult setType(IrqBinding line, Trigger trigger, KernelCpu cpu) {
        return trigger == described(line.hwirq()) ? IrqResult.OK : IrqResult.EINVAL;
    }

    @Override
    public void forceCompleteMove(IrqBinding line, KernelCpu cpu) {
        vectors.forceCompleteMove(line.parent(), cpu);
    }

    // The domain.

    @Override
    public FlowHandler flow(long hwirq) {
        return described(hwirq).level() ? FlowHandler.FAST_EOI : FlowHandler.EDGE;
    }

    @Override
    public long parentHwirq(long hwirq, IrqDescriptor line) {
        return line.irq();
    }

    @Override
    public IrqResult activate(IrqBinding line, KernelCpu cpu) {
        route(line);
        return IrqResult.OK;
    }

    @Override
    public void deactivate(IrqBinding line, KernelCpu cpu) {
        inputs.mask(input(line));
    }
}
