package org.irqlab.kernel.boot;

import org.irqlab.kernel.sched.KernelCpu;

/**
 * Told whenever nothing waits for a CPU: what was late has been served, so that nothing of what
 * disturbed it lives on.
 */
@FunctionalInterface
public interface IdleListener {
    IdleListener NONE = cpu -> {};

    /**
     * The CPU has become idle, an interrupt that came while it was idle has been served, or one has
     * returned to a task that is alone on the CPU. By the holder of its baton, before it waits or
     * goes on.
     */
    void idleBegins(KernelCpu cpu);
}
