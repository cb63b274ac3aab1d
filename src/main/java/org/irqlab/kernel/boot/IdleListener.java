package org.irqlab.kernel.boot;

import org.irqlab.kernel.sched.KernelCpu;

/** Told when a CPU has nothing left to do: the end of a busy period. */
@FunctionalInterface
public interface IdleListener {
    IdleListener NONE = cpu -> {};

    /** By the CPU's own thread, interrupts on. */
    void idleBegins(KernelCpu cpu);
}
