package org.irqlab.base.trace;

/**
 * The context of an event, packed as tracefs shows it in its flags column: irqs-off, need-resched,
 * hardirq/softirq, preempt depth.
 */
public final class TraceFlags {
    public static final int IRQS_OFF = 1;
    public static final int BH_OFF = 1 << 1;
    public static final int NEED_RESCHED = 1 << 2;
    public static final int HARDIRQ = 1 << 3;
    public static final int SOFTIRQ = 1 << 4;
    public static final int NMI = 1 << 5;
    private static final int DEPTH_SHIFT = 8;
    private static final int MAX_DEPTH = 15;

    private TraceFlags() {}

    /** Adds the preempt-disable depth, cut at 15 as tracefs does. */
    public static int withDepth(int flags, int depth) {
        return flags | Math.min(depth, MAX_DEPTH) << DEPTH_SHIFT;
    }

    /**
     * Returns the context as one letter. The kernel counts an NMI as a hardirq, too, so that its
     * letter is Z wherever it came.
     */
    public static char context(int flags) {
        boolean hard = (flags & HARDIRQ) != 0;
        boolean soft = (flags & SOFTIRQ) != 0;
        if ((flags & NMI) != 0) {
            return hard ? 'Z' : 'z';
        }
        return hard ? soft ? 'H' : 'h' : soft ? 's' : '.';
    }

    /** Returns the five characters of the flags column. */
    public static String text(int flags) {
        var text = new StringBuilder(5);
        boolean off = (flags & IRQS_OFF) != 0;
        boolean bhOff = (flags & BH_OFF) != 0;
        text.append(off ? bhOff ? 'D' : 'd' : bhOff ? 'b' : '.');
        text.append((flags & NEED_RESCHED) != 0 ? 'N' : '.');
        text.append(context(flags));
        int depth = flags >>> DEPTH_SHIFT & MAX_DEPTH;
        text.append(depth == 0 ? '.' : Character.forDigit(depth, 16));
        return text.append('.').toString();
    }
}
