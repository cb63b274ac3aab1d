package org.irqlab.kernel.irq.platform;

import org.agrona.BitUtil;
import org.irqlab.hw.pci.MsiMessage;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.affinity.VectorMatrix;
import org.irqlab.kernel.irq.line.IrqCore;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.ArrayList;
import java.util.List;

/**
 * The MSI vectors of one function as lines: 1 to 32, behind one address, whose data differ in the
 * low bits.
 *
 * <p>Several need consecutive vectors of one CPU. A line of several cannot move.
 *
 * <p>SIMPLIFIED: Linux on x86 gives several only where interrupts are remapped.
 *
 * <p><b>Threads.</b> Tasks, one at a time; or the thread that furnishes the machine.
 *
 * @see "Linux drivers/pci/msi/msi.c, __pci_enable_msi_range"
 */
public final class MsiDomain {
    private final IrqCore core;
    private final IrqDomain vectorDomain;
    private final VectorDomain vectors;
    private final MsiFunction function;
    private IrqDomain domain;
    private VectorMatrix.Slot block = VectorMatrix.Slot.NONE;
    private int lines;

    MsiDomain(IrqCore core, IrqDomain vectorDomain, VectorDomain vectors, MsiFunction function) {
        this.core = core;
        this.vectorDomain = vectorDomain;
        this.vectors = vectors;
        this.function = function;
    }

    /**
     * What a driver got.
     *
     * @param lines by index; none unless {@code result} is OK
     */
    public record Allocation(IrqResult result, List<IrqDescriptor> lines) {
        private static Allocation refused(IrqResult why) {
            return new Allocation(why, List.of());
        }
    }

    /**
     * Gets between {@code least} and {@code most} vectors, as many as can be had, with the lines
     * from {@code firstIrq} on, and switches MSI on.
     *
     * @return ENOSPC if the function, or a CPU, has fewer than {@code least}; EINVAL for a range
     *     that makes no sense, or while MSI is on
     */
    public Allocation allocate(int firstIrq, int least, int most, KernelCpu cpu) {
        if (least < 1 || most < least || domain != null) {
            return Allocation.refused(IrqResult.EINVAL);
        }
        int wanted = Math.min(most, function.capable());
        while (wanted >= least) {
            int size = BitUtil.findNextPositivePowerOfTwo(wanted);
            if (size == 1 || takeBlock(size, cpu)) {
                return enable(firstIrq, wanted, size, cpu);
            }
            wanted = size / 2;
        }
        return Allocation.refused(IrqResult.ENOSPC);
    }

    private boolean takeBlock(int size, KernelCpu cpu) {
        block = vectors.allocateBlock(core.online(), size, cpu);
        return block.found();
    }

    private Allocation enable(int firstIrq, int count, int size, KernelCpu cpu) {
        boolean several = size > 1;
        IrqDomain below =
                several
                        ? new IrqDomain(
                                "VECTOR-BLOCK", core, null, size, new VectorBlock(vectors, block))
                        : vectorDomain;
        var chip = new MsiChip(function, vectors, several);
        domain = new IrqDomain("PCI-MSI", core, below, size, chip);
        lines = count;
        var result = new ArrayList<IrqDescriptor>();
        for (int index = 0; index < count; index++) {
            result.add(domain.map(firstIrq + index, index, cpu).line());
        }
        if (several) {
            MsiMessage message = vectors.message(block.cpu(), block.vector());
            function.program(message, cpu);
        }
        function.enable(size, cpu);
        return new Allocation(IrqResult.OK, List.copyOf(result));
    }

    /** Switches MSI off and gives the lines back; nobody may have requested them. */
    public void free(KernelCpu cpu) {
        if (domain == null) {
            return;
        }
        function.disable(cpu);
        for (int index = 0; index < lines; index++) {
            domain.unmap(index, cpu);
        }
        if (block.found()) {
            vectors.freeBlock(block, BitUtil.findNextPositivePowerOfTwo(lines), cpu);
            block = VectorMatrix.Slot.NONE;
        }
        domain = null;
    }
}
