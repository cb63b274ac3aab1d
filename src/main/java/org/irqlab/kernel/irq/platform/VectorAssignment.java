package org.irqlab.kernel.irq.platform;

import org.irqlab.hw.intc.InterruptController;
import org.irqlab.kernel.irq.line.IrqDescriptor;

/**
 * The vector of one line, and the one that it has not yet given back after a move.
 *
 * <p><b>Threads.</b> Written with the line's lock and the vector lock; so either suffices to read.
 *
 * @see "Linux arch/x86/kernel/apic/vector.c, struct apic_chip_data"
 */
final class VectorAssignment {
    static final int NO_VECTOR = -1;

    final IrqDescriptor line;
    final boolean managed;
    int cpu = -1;
    int vector = NO_VECTOR;
    int previousCpu = -1;
    int previousVector = NO_VECTOR;

    /** No interrupt has come on the new CPU yet. */
    boolean moveInProgress;

    /** The old CPU has been asked to give the old vector back. */
    boolean cleaning;

    VectorAssignment(IrqDescriptor line, boolean managed) {
        this.line = line;
        this.managed = managed;
    }

    /** Sends the line's interrupt again; returns whether there is a vector to send. */
    boolean retrigger(InterruptController controller) {
        if (vector == NO_VECTOR) {
            return false;
        }
        controller.sendIpi(cpu, vector);
        return true;
    }
}
