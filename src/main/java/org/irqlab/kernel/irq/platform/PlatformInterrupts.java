package org.irqlab.kernel.irq.platform;

import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.irq.affinity.VectorMatrix;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.kernel.irq.line.IrqHotplug;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.VectorDispatch;

/**
 * Where platforms differ: the lowest domain of the machine's lines, and how what a CPU takes finds
 * its line or its system handler.
 */
interface PlatformInterrupts extends VectorDispatch, IrqHotplug.Platform {
    /** Makes the domain of a device's MSI-X vectors, above the lowest one. */
    IrqDomain newDomain(MsixTable device, KernelCpu cpu);

    /** Makes the domain of a controller's wired inputs. Before the machine starts. */
    WiredDomain newDomain(WiredInputs inputs);

    /**
     * Makes the domain of a function's MSI vectors.
     *
     * @throws IllegalStateException where a CPU has no vectors of its own
     */
    MsiDomain newDomain(MsiFunction function);

    /** Returns whether {@code cpu} can take one more line. */
    boolean hasRoom(int cpu);

    /**
     * Returns which vectors of the CPUs are taken.
     *
     * @throws IllegalStateException where a CPU has no vectors of its own
     */
    VectorMatrix vectors();

    /** Holds lines and what the hardware knows of them against each other. Quiet machine. */
    void checkConsistent();
}
