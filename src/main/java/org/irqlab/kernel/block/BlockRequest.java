package org.irqlab.kernel.block;

import org.irqlab.kernel.sched.KernelCpu;

/**
 * A request to a block device, on its way back.
 *
 * <p><b>Threads.</b> The submitter, then the device's driver, then whoever completes it: each hands
 * it over by an interrupt or a list.
 */
public final class BlockRequest {
    final Completion completion;
    int submitCpu;

    // On a list of requests that are done.
    BlockRequest next;

    /** What the submitter does when its request is done. */
    @FunctionalInterface
    public interface Completion {
        /** Softirq context, or that of the device's driver. */
        void done(BlockRequest request, KernelCpu cpu);
    }

    public BlockRequest(Completion completion) {
        this.completion = completion;
    }

    /** {@code cpu} submits it; that CPU's caches want it back. */
    public void submittedBy(int cpu) {
        submitCpu = cpu;
    }
}
