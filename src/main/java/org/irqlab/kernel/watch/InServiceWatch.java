package org.irqlab.kernel.watch;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.PolledDevice;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;

import java.util.List;

/**
 * Looks, as a timer NMI would, whether a CPU is stuck with an interrupt: in a handler that does not
 * return, or outside of handlers with an interrupt that was never ended.
 *
 * <p>What counts is how many looks in a row find the same, not the time: a host that stands still
 * makes one look late, and none in addition. Each of the two is reported once for each time that it
 * comes about.
 *
 * <p><b>Threads.</b> The holder of the CPU. {@link #stuck} and {@link #unended} any.
 */
public final class InServiceWatch implements PolledDevice {
    private static final long NOTHING = -1;
    private static final long UNENDED = -2;

    private final KernelCpu cpu;
    private final long periodNs;
    private final int looks;

    // Holder only.
    private long dueNs;
    private long seen = NOTHING;
    private int times;

    // Written by the holder.
    private volatile int stuck;
    private volatile int unended;

    /**
     * Makes the watch of {@code cpu}, which has yet to be added to its devices.
     *
     * @param periodNs between two looks
     * @param looks how many in a row must find the same
     */
    public InServiceWatch(KernelCpu cpu, long periodNs, int looks) {
        this.cpu = cpu;
        this.periodNs = periodNs;
        this.looks = looks;
        dueNs = HostClock.nowNs() + periodNs;
    }

    @Override
    public long nextDueNs() {
        return dueNs;
    }

    @Override
    public void service(long nowNs) {
        dueNs = nowNs + periodNs;
        long now = look();
        times = now == seen ? times + 1 : 1;
        seen = now;
        if (now != NOTHING && times == looks) {
            report(now);
        }
    }

    private long look() {
        if (PreemptCount.inHardirq(cpu.preemptCount())) {
            // Nothing else is taken as long as one handler runs.
            return cpu.hw().taken();
        }
        return cpu.hw().port().inService() ? UNENDED : NOTHING;
    }

    private void report(long what) {
        var details = List.of(looks + " looks in a row");
        if (what == UNENDED) {
            cpu.report(ReportKind.INTERRUPT_NOT_ENDED, "cpu " + cpu.id(), details);
            unended++;
        } else {
            cpu.report(ReportKind.HARD_LOCKUP, "cpu " + cpu.id() + " in a handler", details);
            stuck++;
        }
    }

    /** Returns how often a handler did not return. */
    public int stuck() {
        return stuck;
    }

    /** Returns how often an interrupt was in service outside of handlers: its end was missed. */
    public int unended() {
        return unended;
    }
}
