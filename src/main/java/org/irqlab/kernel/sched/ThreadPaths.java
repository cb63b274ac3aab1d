package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.path.KernelPath;

/**
 * The ways of one CPU's kernel threads from their switch-in to their work, and back to sleep.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 */
public final class ThreadPaths {
    /** Two hand-overs of the baton, at the most. */
    private static final long MOST_OVERDUE_NS = 40_000;

    private final KernelCpu cpu;
    private long workDueNs;

    ThreadPaths(KernelCpu cpu) {
        this.cpu = cpu;
    }

    /**
     * Spends the way of the current kernel thread, which has just been switched to, to its work.
     */
    @HotPath
    public void burnStart() {
        long pathNs = cpu.paths().threadStartNs();
        workDueNs = cpu.pathClock().markNs() + pathNs;
        if (pathNs > 0) {
            cpu.hw().burnUntil(workDueNs);
        }
    }

    /** Spends the way of the current kernel thread from its work to the switch to sleep. */
    @HotPath
    public void burnLeave() {
        long pathNs = cpu.paths().threadLeaveNs(cpu.scheduler().aloneOnCpu());
        if (pathNs > 0) {
            cpu.pathClock().burnToEnd(KernelPath.THREAD_SLEEP, workDueNs(), pathNs);
        }
    }

    /** The work that ends now was to end at {@code dueNs}: what comes next begins there. */
    @HotPath
    public void setWorkDueNs(long dueNs) {
        workDueNs = dueNs;
    }

    /**
     * Returns when the work before was to end, as the model has it, ns; now, if that is too long
     * ago for irqlab's own code to be the cause.
     */
    @HotPath
    public long workDueNs() {
        long now = HostClock.nowNs();
        return now - workDueNs > MOST_OVERDUE_NS ? now : Math.min(now, workDueNs);
    }
}
