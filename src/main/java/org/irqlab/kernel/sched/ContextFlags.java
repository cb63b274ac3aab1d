package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.base.trace.TraceFlags;

/**
 * The flags that an event carries, of the context that it happens in.
 *
 * @see "Linux kernel/trace/trace.c, tracing_gen_ctx_irq_test"
 */
final class ContextFlags {
    private ContextFlags() {}

    @HotPath
    static int of(int preemptCount, boolean irqsEnabled, boolean needResched) {
        int flags = irqsEnabled ? 0 : TraceFlags.IRQS_OFF;
        if (needResched) {
            flags |= TraceFlags.NEED_RESCHED;
        }
        if (PreemptCount.inNmi(preemptCount)) {
            flags |= TraceFlags.NMI;
        }
        if (PreemptCount.inHardirq(preemptCount)) {
            flags |= TraceFlags.HARDIRQ;
        }
        if (PreemptCount.inServingSoftirq(preemptCount)) {
            flags |= TraceFlags.SOFTIRQ;
        }
        if (PreemptCount.bhDisableDepth(preemptCount) > 0) {
            flags |= TraceFlags.BH_OFF;
        }
        return TraceFlags.withDepth(flags, PreemptCount.preemptDepth(preemptCount));
    }
}
