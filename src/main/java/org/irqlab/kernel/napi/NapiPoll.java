package org.irqlab.kernel.napi;

import org.irqlab.kernel.sched.KernelCpu;

/** A driver's poll function. */
@FunctionalInterface
public interface NapiPoll {
    /**
     * Serves at most {@code budget} packets; bottom halves are off or served, interrupts on.
     *
     * <p>Who did less calls {@link NapiCore#completeDone} and, where that returns true, turns the
     * device's interrupt on again. Who did {@code budget} leaves the instance alone.
     *
     * @return how many packets it served
     */
    int poll(Napi napi, int budget, KernelCpu cpu);
}
