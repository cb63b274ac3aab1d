package org.irqlab.kernel.deferral;

import org.irqlab.kernel.sched.KernelCpu;

/** A bottom half that is bound to a context: asked for by a top half, run there. */
@FunctionalInterface
public interface DeferredCall {
    /**
     * Makes the bottom half run once more, after this call. Two calls before it starts may give one
     * run.
     *
     * <p>What the caller wrote before is visible to that run. Any context of {@code cpu} that the
     * driver's top half runs in.
     */
    void schedule(KernelCpu cpu);
}
