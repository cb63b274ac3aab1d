package org.irqlab.lab.timeline;

import org.irqlab.lab.trace.EventKind;

/**
 * One interrupt, vector or softirq run on a CPU's stack; used again after it was left.
 *
 * <p><b>Threads.</b> One: that of the {@link TraceTimeline}.
 */
public final class ContextFrame {
    /**
     * The event that opened it; {@link EventKind#OTHER} is an interrupt whose entry no event
     * recorded.
     */
    public EventKind opened;

    /** irq number, vector, or softirq vector. */
    public int number;

    public int nameId;
    public long startNs;

    /** Softirq: the earliest raise that this run answers, or -1 when none was recorded. */
    public long raisedNs;

    /** Softirq: context of that raise. */
    public RaiseOrigin origin;

    /** Softirq: what came directly before its entry. */
    public Before before;

    /** Softirq: time of the event before its entry. */
    public long beforeNs;

    /** Softirq: the tag that the raise got. */
    public int raiseTag;

    /** For the listener that acts on frames. */
    public int tag;

    private long nestedNs;

    void open(EventKind kind, int what, int name, long nowNs) {
        opened = kind;
        number = what;
        nameId = name;
        startNs = nowNs;
        nestedNs = 0;
        raisedNs = TraceWake.NONE;
        origin = RaiseOrigin.TASK;
        before = Before.OTHER;
        beforeNs = nowNs;
        raiseTag = TraceWake.NONE;
        tag = TraceWake.NONE;
    }

    /** Returns its own time until {@code nowNs}, without what interrupted it. */
    public long netNs(long nowNs) {
        return nowNs - startNs - nestedNs;
    }

    void exclude(long ns) {
        nestedNs += ns;
    }

    /** Whether it is an interrupt, not a softirq. */
    public boolean hard() {
        return opened != EventKind.SOFTIRQ_ENTRY;
    }

    /** Where a softirq was raised. */
    public enum RaiseOrigin {
        INTERRUPT("irq"),
        SOFTIRQ("softirq"),
        TASK("task");

        private final String text;

        RaiseOrigin(String text) {
            this.text = text;
        }

        /** Returns the name used in stage names. */
        public String text() {
            return text;
        }
    }

    /** What the CPU's last event was. */
    public enum Before {
        INTERRUPT_EXIT,
        SOFTIRQ_EXIT,
        /** A raise outside interrupts. */
        TASK_RAISE,
        /** A wake outside interrupts. */
        TASK_WAKE,
        SWITCH,
        WORK_END,
        OTHER
    }
}
