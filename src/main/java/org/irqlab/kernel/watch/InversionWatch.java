package org.irqlab.kernel.watch;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.PolledDevice;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.locking.Inversion;
import org.irqlab.kernel.locking.PriorityInheritance;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.List;

/**
 * Looks whether a CPU runs a task while a more urgent one waits for a lock whose owner could run
 * there instead: priority inversion.
 *
 * <p>For a moment that is so at every wait, until the owner has got the CPU with what was lent to
 * it. What counts is how many looks in a row find the same three tasks; each such row is reported
 * once.
 *
 * <p><b>Threads.</b> The holder of the CPU. {@link #inversions} any.
 */
public final class InversionWatch implements PolledDevice {
    private final KernelCpu cpu;
    private final PriorityInheritance inheritance;
    private final long periodNs;
    private final int looks;

    // Holder only.
    private long dueNs;
    private Inversion seen;
    private int times;

    // Written by the holder.
    private volatile int inversions;

    /**
     * Makes the watch of {@code cpu}, which has yet to be added to its devices.
     *
     * @param inheritance of the locks that are looked at
     * @param periodNs between two looks
     * @param looks how many in a row must find the same
     */
    public InversionWatch(
            KernelCpu cpu, PriorityInheritance inheritance, long periodNs, int looks) {
        this.cpu = cpu;
        this.inheritance = inheritance;
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
        Inversion now = inheritance.inversion(cpu);
        times = now != null && now.equals(seen) ? times + 1 : 1;
        seen = now;
        if (now != null && times == looks) {
            inversions++;
            cpu.report(
                    ReportKind.PRIORITY_INVERSION,
                    "%s waits for %s, but %s runs"
                            .formatted(
                                    now.waiter().name(), now.owner().name(), now.running().name()),
                    List.of(looks + " looks in a row on cpu " + cpu.id()));
        }
    }

    /** Returns how often an inversion lasted for as many looks as it may. */
    public int inversions() {
        return inversions;
    }
}
