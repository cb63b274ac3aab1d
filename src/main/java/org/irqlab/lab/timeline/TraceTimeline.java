package org.irqlab.lab.timeline;

import org.irqlab.lab.timeline.ContextFrame.Before;
import org.irqlab.lab.trace.EventKind;
import org.irqlab.lab.trace.NameTable;
import org.irqlab.lab.trace.TraceEvent;
import org.irqlab.lab.trace.TraceSink;

import java.util.Arrays;

/**
 * Follows every CPU and task of a trace and tells a {@link ContextEvents} listener what happened in
 * which context.
 *
 * <p>Net time leaves out what interrupted, and the paths of the kernel that a replay makes by
 * itself: exit of an interrupt or softirq → softirq entry that follows directly; raise in a task →
 * softirq entry that follows directly. Everything else that a task did is its own time, the way to
 * a switch too.
 *
 * <p><b>Threads.</b> One.
 */
public final class TraceTimeline implements TraceSink {
    private final ContextEvents listener;
    private final TimelineCounts counts = new TimelineCounts();
    private final InterruptTimeline interrupts;
    private final TaskTimeline tasks;
    private final WorkTimeline works;
    private CpuTimeline[] cpus = new CpuTimeline[4];
    private long lastNs;

    /** Some entry said 'h', so the trace has the flags column. */
    private boolean flagsSeen;

    public TraceTimeline(NameTable names, ContextEvents listener) {
        this.listener = listener;
        interrupts = new InterruptTimeline(listener, counts);
        tasks = new TaskTimeline(names, listener, counts, this);
        works = new WorkTimeline(listener, counts);
    }

    /** Returns what was counted on the way. */
    public TimelineCounts counts() {
        return counts;
    }

    /** Returns the time of the last event. */
    public long lastNs() {
        return lastNs;
    }

    /** Returns the highest CPU number seen plus one. */
    public int cpuLimit() {
        int limit = cpus.length;
        while (limit > 0 && cpus[limit - 1] == null) {
            limit--;
        }
        return limit;
    }

    /** Returns a CPU, or null if the trace has no event of it. */
    public CpuTimeline cpuOrNull(int number) {
        return number >= 0 && number < cpus.length ? cpus[number] : null;
    }

    /**
     * Whether the switches and wakes of ordinary tasks are in the trace, and not only those of
     * workers and ksoftirqd.
     */
    public boolean seesTasks() {
        return counts.switchesOfOthers > 0 && counts.wakesOfOthers > 0;
    }

    /** Share of the CPUs' time from the first to the last event that no loss cut out. */
    public double coverage() {
        int seen = 0;
        for (CpuTimeline cpu : cpus) {
            seen += cpu == null ? 0 : 1;
        }
        double all = (double) seen * lastNs;
        return all == 0 ? 1 : Math.max(0, 1 - counts.gapNs / all);
    }

    private CpuTimeline cpu(int number) {
        if (number >= cpus.length) {
            cpus = Arrays.copyOf(cpus, Math.max(number + 1, 2 * cpus.length));
        }
        if (cpus[number] == null) {
            cpus[number] = new CpuTimeline(number);
        }
        return cpus[number];
    }

    @Override
    public void event(TraceEvent e) {
        CpuTimeline cpu = cpu(e.cpu);
        follow(cpu, e);
        Before after = dispatch(cpu, e);
        if (after != null) {
            cpu.last = after;
            cpu.lastNs = e.timeNs;
        }
        lastNs = Math.max(lastNs, e.timeNs);
        counts.events++;
    }

    @Override
    public void lost(int number, long timeNs, long events) {
        CpuTimeline cpu = cpu(number);
        long fromNs = cpu.firstNs < 0 ? 0 : cpu.lastNs;
        interrupts.discard(cpu, 0);
        tasks.lose(cpu);
        counts.gaps++;
        counts.gapNs += Math.max(0, timeNs - fromNs);
        cpu.forget();
        listener.gap(cpu, fromNs, timeNs);
    }

    /** Returns what the event is for the one after it, or null if it does not matter to it. */
    private Before dispatch(CpuTimeline cpu, TraceEvent e) {
        return switch (e.kind) {
            case IRQ_HANDLER_ENTRY -> interrupts.entry(cpu, e, e.nameId);
            case LOCAL_TIMER_ENTRY,
                    RESCHEDULE_ENTRY,
                    CALL_FUNCTION_ENTRY,
                    CALL_FUNCTION_SINGLE_ENTRY,
                    IRQ_WORK_ENTRY ->
                    interrupts.entry(cpu, e, 0);
            case IRQ_HANDLER_EXIT -> interrupts.exit(cpu, EventKind.IRQ_HANDLER_ENTRY, e);
            case LOCAL_TIMER_EXIT -> interrupts.exit(cpu, EventKind.LOCAL_TIMER_ENTRY, e);
            case RESCHEDULE_EXIT -> interrupts.exit(cpu, EventKind.RESCHEDULE_ENTRY, e);
            case CALL_FUNCTION_EXIT -> interrupts.exit(cpu, EventKind.CALL_FUNCTION_ENTRY, e);
            case CALL_FUNCTION_SINGLE_EXIT ->
                    interrupts.exit(cpu, EventKind.CALL_FUNCTION_SINGLE_ENTRY, e);
            case IRQ_WORK_EXIT -> interrupts.exit(cpu, EventKind.IRQ_WORK_ENTRY, e);
            case SOFTIRQ_RAISE -> interrupts.raise(cpu, e);
            case SOFTIRQ_ENTRY -> interrupts.softirqEntry(cpu, e);
            case SOFTIRQ_EXIT -> interrupts.exit(cpu, EventKind.SOFTIRQ_ENTRY, e);
            case NAPI_POLL -> polled(cpu, e);
            case WORKQUEUE_QUEUE_WORK -> works.queued(cpu, e);
            case WORKQUEUE_EXECUTE_START -> works.started(cpu, e);
            case WORKQUEUE_EXECUTE_END -> works.ended(cpu, e);
            case SCHED_WAKING -> tasks.waking(cpu, e);
            case SCHED_WAKEUP -> tasks.wakeup(cpu, e);
            case SCHED_WAKEUP_NEW -> tasks.forked(cpu, e);
            case SCHED_SWITCH -> tasks.switched(cpu, e);
            case WORKQUEUE_ACTIVATE_WORK, TASKLET_ENTRY, TASKLET_EXIT -> Before.OTHER;
            case SCHED_MIGRATE_TASK, PAGE_FAULT_USER, PAGE_FAULT_KERNEL, NMI_HANDLER, OTHER -> null;
        };
    }

    private Before polled(CpuTimeline cpu, TraceEvent e) {
        listener.polled(cpu, e);
        return Before.OTHER;
    }

    // What the event's columns say about the CPU before it.

    private void follow(CpuTimeline cpu, TraceEvent e) {
        if (cpu.firstNs < 0) {
            cpu.firstNs = e.timeNs;
            cpu.lastNs = e.timeNs;
        }
        if (cpu.current() == null) {
            cpu.lastNs = e.timeNs;
            tasks.begin(cpu, e);
        }
        followContext(cpu, e);
        if (cpu.current().pid != e.pid) {
            interrupts.discard(cpu, 0);
            tasks.implicitSwitch(cpu, e);
            followContext(cpu, e);
        }
    }

    private void followContext(CpuTimeline cpu, TraceEvent e) {
        if (e.kind == EventKind.NMI_HANDLER) {
            // On top of anything, and gone with its event.
            return;
        }
        boolean hardEntry = hardEntry(e.kind);
        boolean hard = e.context == 'h' || e.context == 'H' || e.context == 'z' || e.context == 'Z';
        flagsSeen |= hardEntry && hard;
        ContextFrame top = cpu.top();
        if (top != null && top.hard() && (flagsSeen && !hard || hardEntry)) {
            if (top.opened == EventKind.OTHER || !hardEntry) {
                interrupts.discard(cpu, cpu.depth() - 1);
            }
            top = cpu.top();
        }
        if (!flagsSeen || hardEntry) {
            return;
        }
        if (hard && (top == null || !top.hard())) {
            counts.unrecordedInterrupts++;
            interrupts.enter(cpu, EventKind.OTHER, e);
        } else if (!hard && top != null && e.context != 's') {
            interrupts.discard(cpu, 0);
        }
    }

    private static boolean hardEntry(EventKind kind) {
        return switch (kind) {
            case IRQ_HANDLER_ENTRY,
                    LOCAL_TIMER_ENTRY,
                    RESCHEDULE_ENTRY,
                    CALL_FUNCTION_ENTRY,
                    CALL_FUNCTION_SINGLE_ENTRY,
                    IRQ_WORK_ENTRY ->
                    true;
            default -> false;
        };
    }
}
