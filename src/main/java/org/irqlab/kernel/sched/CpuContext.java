package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.base.trace.TraceFlags;
import org.irqlab.kernel.diag.ReportContext;

/**
 * The context that a CPU is in, as events and reports show it.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 */
final class CpuContext {
    private CpuContext() {}

    /** Returns the {@link TraceFlags} of an event of now. */
    @HotPath
    static int flags(KernelCpu cpu) {
        int count = cpu.preemptCount();
        int flags = cpu.hw().irqsEnabled() ? 0 : TraceFlags.IRQS_OFF;
        if (cpu.scheduler().needResched()) {
            flags |= TraceFlags.NEED_RESCHED;
        }
        if (PreemptCount.inHardirq(count)) {
            flags |= TraceFlags.HARDIRQ;
        }
        if (PreemptCount.inServingSoftirq(count)) {
            flags |= TraceFlags.SOFTIRQ;
        }
        if (PreemptCount.bhDisableDepth(count) > 0) {
            flags |= TraceFlags.BH_OFF;
        }
        return TraceFlags.withDepth(flags, PreemptCount.preemptDepth(count));
    }

    static ReportContext of(KernelCpu cpu) {
        Task task = cpu.current();
        return new ReportContext(
                cpu.id(), task.pid(), task.name(), cpu.preemptCount(), !cpu.hw().irqsEnabled());
    }
}
