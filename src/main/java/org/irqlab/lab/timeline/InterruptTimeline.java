package org.irqlab.lab.timeline;

import org.irqlab.lab.timeline.ContextFrame.Before;
import org.irqlab.lab.timeline.ContextFrame.RaiseOrigin;
import org.irqlab.lab.trace.EventKind;
import org.irqlab.lab.trace.TraceEvent;

/** The part of a {@link TraceTimeline} that keeps the stacks of interrupts and softirqs. */
final class InterruptTimeline {
    private final ContextEvents listener;
    private final TimelineCounts counts;

    InterruptTimeline(ContextEvents listener, TimelineCounts counts) {
        this.listener = listener;
        this.counts = counts;
    }

    Before entry(CpuTimeline cpu, TraceEvent e, int nameId) {
        enter(cpu, e.kind, e, nameId);
        return Before.OTHER;
    }

    /** Opens a frame for an interrupt whose entry was not recorded. */
    void enter(CpuTimeline cpu, EventKind kind, TraceEvent e) {
        enter(cpu, kind, e, 0);
        cpu.last = Before.OTHER;
        cpu.lastNs = e.timeNs;
    }

    private void enter(CpuTimeline cpu, EventKind kind, TraceEvent e, int nameId) {
        int number = kind == EventKind.OTHER ? 0 : e.number;
        if (cpu.depth() == 0) {
            // Inside softirq processing, though no run is open: before the first, or between two.
            boolean serving = e.context == 'H';
            if (serving) {
                cpu.interruptedBetweenRuns();
            } else {
                cpu.blockStartNs = e.timeNs;
            }
        }
        listener.entered(cpu, cpu.push(kind, number, nameId, e.timeNs));
    }

    Before softirqEntry(CpuTimeline cpu, TraceEvent e) {
        if (e.number < 0 || e.number >= CpuTimeline.VECTORS) {
            counts.badVectors++;
            return Before.OTHER;
        }
        Before before = cpu.last;
        long beforeNs = cpu.lastNs;
        boolean afterExit = before == Before.INTERRUPT_EXIT || before == Before.SOFTIRQ_EXIT;
        boolean direct = afterExit || before == Before.TASK_RAISE;
        if (direct) {
            cpu.exclude(e.timeNs - beforeNs);
        }
        if (cpu.depth() == 0 && !afterExit) {
            cpu.blockStartNs = direct ? beforeNs : e.timeNs;
        }
        ContextFrame frame = cpu.push(EventKind.SOFTIRQ_ENTRY, e.number, 0, e.timeNs);
        frame.before = before;
        frame.beforeNs = beforeNs;
        cpu.answerRaise(frame);
        if (frame.raisedNs < 0) {
            counts.softirqsWithoutRaise++;
        }
        listener.entered(cpu, frame);
        return Before.OTHER;
    }

    Before exit(CpuTimeline cpu, EventKind opened, TraceEvent e) {
        int level = cpu.depth() - 1;
        while (level >= 0
                && !(cpu.frame(level).opened == opened && cpu.frame(level).number == e.number)) {
            level--;
        }
        if (level < 0) {
            counts.exitsWithoutEntry++;
            return Before.OTHER;
        }
        discard(cpu, level + 1);
        leave(cpu, e.timeNs);
        return cpu.last;
    }

    private void leave(CpuTimeline cpu, long nowNs) {
        ContextFrame frame = cpu.top();
        listener.left(cpu, frame, nowNs);
        cpu.pop(nowNs);
        cpu.last = frame.hard() ? Before.INTERRUPT_EXIT : Before.SOFTIRQ_EXIT;
        cpu.lastNs = nowNs;
    }

    /**
     * Takes frames off the stack, down to {@code level} of them, whose ends are not in the trace.
     * Of an interrupt that no event recorded, the last event in it is the end.
     */
    void discard(CpuTimeline cpu, int level) {
        while (cpu.depth() > level) {
            ContextFrame frame = cpu.top();
            if (frame.opened == EventKind.OTHER) {
                leave(cpu, cpu.lastNs);
            } else {
                counts.discarded++;
                listener.discarded(cpu, frame);
                cpu.pop(cpu.lastNs);
            }
        }
    }

    Before raise(CpuTimeline cpu, TraceEvent e) {
        if (e.number < 0 || e.number >= CpuTimeline.VECTORS) {
            counts.badVectors++;
            return Before.OTHER;
        }
        ContextFrame top = cpu.top();
        boolean merged = cpu.raise(e.number, e.timeNs, origin(top));
        listener.raised(cpu, e.number, merged, e.timeNs);
        return top == null ? Before.TASK_RAISE : Before.OTHER;
    }

    private static RaiseOrigin origin(ContextFrame top) {
        if (top == null) {
            return RaiseOrigin.TASK;
        }
        return top.hard() ? RaiseOrigin.INTERRUPT : RaiseOrigin.SOFTIRQ;
    }
}
