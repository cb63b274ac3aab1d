package org.irqlab.kernel.watch;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.List;

/**
 * Holds the deadlines that a periodic timer is armed with against the grid of its nominal period.
 *
 * <p>It looks at what is asked for, not at when it comes: a late interrupt is no drift. A timer
 * that is a whole period off its grid has lost one; that is reported once.
 *
 * <p><b>Threads.</b> The holder of the timer's CPU; {@link #creepNs} any, exact once it is quiet.
 */
public final class PeriodDrift {
    private final String name;
    private final long periodNs;
    private long firstNs;
    private long count;
    private long creepNs;
    private boolean told;

    public PeriodDrift(String name, long periodNs) {
        this.name = name;
        this.periodNs = periodNs;
    }

    /** The timer has been armed for {@code deadlineNs}. */
    public void armed(long deadlineNs, KernelCpu cpu) {
        if (count == 0) {
            firstNs = deadlineNs;
        }
        creepNs = deadlineNs - firstNs - count * periodNs;
        count++;
        if (!told && Math.abs(creepNs) >= periodNs) {
            told = true;
            cpu.report(
                    ReportKind.TIMER_DRIFT,
                    name,
                    List.of("%d ns off after %d periods".formatted(creepNs, count - 1)));
        }
    }

    /** Returns how far the last deadline is behind its place on the grid, ns. */
    public long creepNs() {
        return creepNs;
    }

    /** Returns the mean distance of deadlines, ns. */
    public double meanPeriodNs() {
        return count < 2 ? Double.NaN : periodNs + (double) creepNs / (count - 1);
    }
}
