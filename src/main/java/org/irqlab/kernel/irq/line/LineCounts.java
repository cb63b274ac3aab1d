package org.irqlab.kernel.irq.line;

import java.util.Arrays;

/**
 * Where the interrupts of one line went. For lines that are not per-CPU, once the machine is quiet:
 * entries = sum of {@link #byCpu} + remembered + merged + refused, and handler runs = sum of {@link
 * #byCpu} + reruns + polls.
 *
 * <p><b>Threads.</b> Written with the line's lock; {@link #byCpu} by the CPU alone. Any thread may
 * read, and reads exact values once the machine is quiet.
 */
public final class LineCounts {
    final long[] byCpu;
    long entries;
    long remembered;
    long merged;
    long refused;
    long handlerRuns;
    long reruns;
    long polls;
    long resent;
    long unhandled;
    long unbalancedEnables;

    LineCounts(int cpus) {
        byCpu = new long[cpus];
    }

    /**
     * Returns how many interrupts of this line {@code cpu} has counted, as /proc/interrupts shows
     * them.
     */
    public long byCpu(int cpu) {
        return byCpu[cpu];
    }

    /** Returns how many interrupts led to a run of the handlers. */
    public long ran() {
        return Arrays.stream(byCpu).sum();
    }

    /** Returns how many interrupts have arrived, handled or not; 0 for per-CPU lines. */
    public long entries() {
        return entries;
    }

    /** Returns how many interrupts were remembered, for a further run or until an enable. */
    public long remembered() {
        return remembered;
    }

    /** Returns how many interrupts were merged into one already remembered. */
    public long merged() {
        return merged;
    }

    /** Returns how many interrupts were turned away while handlers ran, and not remembered. */
    public long refused() {
        return refused;
    }

    /**
     * Returns how often the handlers ran: for an interrupt, again, or polled; 0 for per-CPU lines.
     */
    public long handlerRuns() {
        return handlerRuns;
    }

    /** Returns how often they ran again because an interrupt came meanwhile. */
    public long reruns() {
        return reruns;
    }

    /** Returns how often the detector ran them. */
    public long polls() {
        return polls;
    }

    /** Returns how often a remembered interrupt was sent again. */
    public long resent() {
        return resent;
    }

    /** Returns how many runs ended with every handler saying NONE. */
    public long unhandled() {
        return unhandled;
    }

    /** Returns how many enables found the line enabled: guest errors, without effect. */
    public long unbalancedEnables() {
        return unbalancedEnables;
    }
}
