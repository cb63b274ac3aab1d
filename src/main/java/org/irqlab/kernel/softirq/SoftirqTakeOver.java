package org.irqlab.kernel.softirq;

import org.irqlab.kernel.sched.KernelCpu;

/** Something that waits for a softirq of one CPU and has to move when that CPU goes. */
@FunctionalInterface
public interface SoftirqTakeOver {
    /**
     * Moves what waits on CPU {@code dead}, which does nothing any more, to {@code live}, by whose
     * holder it is called.
     */
    void takeOver(int dead, KernelCpu live);
}
