package org.irqlab.kernel.watch;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.PolledDevice;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.softirq.Softirqs;

import java.util.List;

/**
 * Looks, as a timer NMI would, whether the softirqs of a CPU get on: whether what is pending is
 * served at all (I-43), and whether their runs ever come to an end by themselves.
 *
 * <p>Both are counts. A raise is not served when so many looks in a row find the same one: a host
 * that stands still makes one look late, and none in addition. Softirqs are in a livelock when so
 * many runs in a row leave something over. Each is reported once for each time that it comes about.
 *
 * <p><b>Threads.</b> The holder of the CPU. {@link #unserved} and {@link #livelocks} any.
 */
public final class SoftirqWatch implements PolledDevice {
    private static final long NS_PER_MS = 1_000_000;

    private final KernelCpu cpu;
    private final Softirqs softirqs;
    private final long periodNs;
    private final int looks;
    private final int runs;

    // Holder only.
    private long dueNs;
    private long sinceNs;
    private int times;
    private long ranDry;
    private long handedOver;
    private boolean told;

    // Written by the holder.
    private volatile int unserved;
    private volatile int livelocks;

    /**
     * Makes the watch of {@code cpu}, which has yet to be added to its devices.
     *
     * @param periodNs between two looks
     * @param looks how many in a row must find the same raise
     * @param runs how many in a row must leave something over
     */
    public SoftirqWatch(KernelCpu cpu, Softirqs softirqs, long periodNs, int looks, int runs) {
        this.cpu = cpu;
        this.softirqs = softirqs;
        this.periodNs = periodNs;
        this.looks = looks;
        this.runs = runs;
        dueNs = HostClock.nowNs() + periodNs;
    }

    @Override
    public long nextDueNs() {
        return dueNs;
    }

    @Override
    public void service(long nowNs) {
        dueNs = nowNs + periodNs;
        lookForUnserved(nowNs);
        lookForLivelock();
    }

    private void lookForUnserved(long nowNs) {
        long waited = softirqs.ages().oldestWaitNs(nowNs);
        if (waited == 0) {
            times = 0;
            return;
        }
        times = nowNs - waited == sinceNs ? times + 1 : 1;
        sinceNs = nowNs - waited;
        if (times == looks) {
            report(
                    ReportKind.SOFTIRQ_UNSERVED,
                    "%s for %d ms, %d looks in a row"
                            .formatted(softirqs.ages().oldest(), waited / NS_PER_MS, looks));
            unserved++;
        }
    }

    private void lookForLivelock() {
        long dry = softirqs.counts().ranDry();
        long over = softirqs.handedOver();
        if (dry != ranDry) {
            ranDry = dry;
            handedOver = over;
            told = false;
        } else if (over - handedOver >= runs && !told) {
            told = true;
            report(
                    ReportKind.SOFTIRQ_LIVELOCK,
                    "%d runs in a row left something over".formatted(over - handedOver));
            livelocks++;
        }
    }

    private void report(ReportKind kind, String found) {
        cpu.report(kind, "cpu " + cpu.id(), List.of(found, "current: " + cpu.current().name()));
    }

    /** Returns how often a raise was not served. */
    public int unserved() {
        return unserved;
    }

    /** Returns how often the softirqs did not run dry. */
    public int livelocks() {
        return livelocks;
    }
}
