package org.irqlab.lab.replay;

import org.agrona.collections.Long2ObjectHashMap;
import org.irqlab.lab.replay.StageTable.Stage;
import org.irqlab.lab.timeline.ContextEvents;
import org.irqlab.lab.timeline.ContextFrame;
import org.irqlab.lab.timeline.ContextFrame.Before;
import org.irqlab.lab.timeline.ContextFrame.RaiseOrigin;
import org.irqlab.lab.timeline.CpuTimeline;
import org.irqlab.lab.timeline.SwitchIn;
import org.irqlab.lab.timeline.TimelineCounts;
import org.irqlab.lab.timeline.TraceTask;
import org.irqlab.lab.timeline.TraceTimeline;
import org.irqlab.lab.timeline.TraceWake;
import org.irqlab.lab.timeline.TraceWork;
import org.irqlab.lab.trace.EventKind;
import org.irqlab.lab.trace.NameTable;
import org.irqlab.lab.trace.TraceEvent;
import org.irqlab.lab.trace.TraceSink;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the stages of interrupt handling and of wake-ups in any stream of kernel events,
 * recorded or irqlab's own, so that both sides of a comparison are measured by the same code.
 *
 * <p>Names are those of {@link StageNames}. A sample is tainted when the given predicate says so of
 * its span; every stage has the set of all samples and the set of the clean ones.
 *
 * <p><b>Threads.</b> One.
 */
public final class StageAnalysis implements TraceSink {
    /** Tells which samples a disturbance of the host lies over. */
    public interface Taint {
        /** Nothing disturbs, as on a recorded machine. */
        Taint NONE = (cpu, fromNs, toNs) -> false;

        boolean tainted(int cpu, long fromNs, long toNs);
    }

    private static final int ORIGINS = RaiseOrigin.values().length;

    private final NameTable names;
    private final TraceTimeline timeline;
    private final StageTable table;
    private final TaskStages tasks;
    private final WorkStages works;
    private final Long2ObjectHashMap<Stage> tops = new Long2ObjectHashMap<>();
    private final Stage[] vectors = new Stage[EventKind.values().length];
    private final Stage[] runs = new Stage[CpuTimeline.VECTORS];
    private final Stage[] raises = new Stage[CpuTimeline.VECTORS];
    private final Stage[] raisesBy = new Stage[CpuTimeline.VECTORS * ORIGINS * 2];
    private final Stage irqExitToSoftirq;
    private final Stage softirqToSoftirq;
    private final Stage taskRaiseToSoftirq;
    private long interrupts;
    private long deviceInterrupts;
    private long softirqs;
    private long raised;
    private long raisesMerged;

    public StageAnalysis(NameTable names) {
        this(names, Taint.NONE);
    }

    public StageAnalysis(NameTable names, Taint taint) {
        this.names = names;
        table = new StageTable(taint);
        irqExitToSoftirq = table.stage(StageNames.IRQ_EXIT_TO_SOFTIRQ);
        softirqToSoftirq = table.stage(StageNames.SOFTIRQ_TO_SOFTIRQ);
        taskRaiseToSoftirq = table.stage(StageNames.TASK_RAISE_TO_SOFTIRQ);
        // The machine does not write napi_poll: nothing to compare.
        tasks = new TaskStages(table);
        works = new WorkStages(table, names);
        timeline = new TraceTimeline(names, new Measuring());
    }

    @Override
    public void event(TraceEvent event) {
        timeline.event(event);
    }

    @Override
    public void lost(int cpu, long timeNs, long events) {
        timeline.lost(cpu, timeNs, events);
    }

    /** Returns the distributions of all samples, in order of appearance. */
    public List<StageRow> rows() {
        return table.rows(false);
    }

    /** Returns the distributions of the samples that no taint lies over. */
    public List<StageRow> cleanRows() {
        return table.rows(true);
    }

    /** Returns the row of a name of {@link StageNames}, with no samples if there was none. */
    public StageRow row(String name) {
        return StageRow.of(name, samples(name));
    }

    /** Returns all samples of a stage, sorted. */
    public long[] samples(String name) {
        return table.samples(name, false);
    }

    /** Returns the untainted samples of a stage, sorted. */
    public long[] cleanSamples(String name) {
        return table.samples(name, true);
    }

    /** Returns the samples of a stage, sorted, in that state of the CPU's caches. */
    long[] samples(String name, Temperature temperature) {
        return table.samples(name, temperature);
    }

    /** Returns what the reading of contexts met. */
    public TimelineCounts timelineCounts() {
        return timeline.counts();
    }

    /** Whether switches and wakes of ordinary tasks are in the trace. */
    public boolean seesTasks() {
        return timeline.seesTasks();
    }

    /** Share of the CPUs' time that no loss of events cut out. */
    public double coverage() {
        return timeline.coverage();
    }

    /**
     * Share of the time in which a CPU's idle task was on and nothing interrupted it; NaN when the
     * trace has no switches of ordinary tasks, or nothing of that CPU.
     */
    public double idleShare(int cpu) {
        return seesTasks() ? tasks.idleShare(cpu, timeline.lastNs()) : Double.NaN;
    }

    /** Returns counts of what happened, by name, in a fixed order. */
    public Map<String, Long> counts() {
        TimelineCounts odd = timeline.counts();
        var counts = new LinkedHashMap<String, Long>();
        counts.put("events", odd.events);
        counts.put("device interrupts", deviceInterrupts);
        counts.put("interrupts", interrupts);
        counts.put("softirq raises", raised);
        counts.put("softirq raises merged", raisesMerged);
        counts.put("softirq runs", softirqs);
        works.count(counts);
        tasks.count(counts);
        counts.put("implicit switch-ins", odd.implicitSwitchIns);
        counts.put("unrecorded switches", odd.unrecordedSwitches);
        return counts;
    }

    private void measureExit(CpuTimeline cpu, ContextFrame frame, long nowNs) {
        Stage stage;
        switch (frame.opened) {
            case IRQ_HANDLER_ENTRY -> {
                deviceInterrupts++;
                long key = (long) frame.number << Integer.SIZE | frame.nameId;
                stage = tops.get(key);
                if (stage == null) {
                    stage = table.stage(StageNames.top(frame.number, names.name(frame.nameId)));
                    tops.put(key, stage);
                }
            }
            case SOFTIRQ_ENTRY -> {
                softirqs++;
                stage = table.stage(runs, frame.number, () -> StageNames.softirq(frame.number));
            }
            case OTHER -> {
                return;
            }
            default -> {
                String text = frame.opened.text();
                stage =
                        table.stage(
                                vectors,
                                frame.opened.ordinal(),
                                () -> StageNames.topVector(text.substring(0, text.length() - 6)));
            }
        }
        long netNs = frame.netNs(nowNs);
        if (frame.hard()) {
            interrupts++;
            table.add(stage, cpu.cpu, frame.startNs, nowNs, netNs);
        } else {
            table.addTempered(stage, cpu.cpu, frame.startNs, nowNs, netNs);
        }
    }

    private void measureEntry(CpuTimeline cpu, ContextFrame frame) {
        if (frame.hard()) {
            return;
        }
        boolean afterIrq = frame.before == Before.INTERRUPT_EXIT;
        boolean afterSoftirq = frame.before == Before.SOFTIRQ_EXIT;
        long startNs = frame.startNs;
        if (afterSoftirq) {
            table.add(softirqToSoftirq, cpu.cpu, frame.beforeNs, startNs);
        }
        if (frame.raisedNs < 0) {
            return;
        }
        boolean inBlock = frame.raisedNs >= cpu.blockStartNs();
        boolean direct =
                switch (frame.origin) {
                    case INTERRUPT -> afterIrq && inBlock;
                    case SOFTIRQ -> afterSoftirq && inBlock;
                    case TASK -> frame.before == Before.TASK_RAISE;
                };
        if (direct && frame.origin == RaiseOrigin.INTERRUPT) {
            table.add(irqExitToSoftirq, cpu.cpu, frame.beforeNs, startNs);
        } else if (direct && frame.origin == RaiseOrigin.TASK) {
            table.add(taskRaiseToSoftirq, cpu.cpu, frame.raisedNs, startNs);
        }
        int vector = frame.number;
        table.add(
                table.stage(raises, vector, () -> StageNames.raiseToEntry(vector)),
                cpu.cpu,
                frame.raisedNs,
                startNs);
        int split = (vector * ORIGINS + frame.origin.ordinal()) * 2 + (direct ? 1 : 0);
        Stage by =
                table.stage(
                        raisesBy,
                        split,
                        () -> StageNames.raiseToEntry(vector, frame.origin, direct));
        table.add(by, cpu.cpu, frame.raisedNs, startNs);
    }

    /** Listens to the timeline, so that listening is no part of the public face. */
    private final class Measuring implements ContextEvents {
        @Override
        public void entered(CpuTimeline cpu, ContextFrame frame) {
            measureEntry(cpu, frame);
        }

        @Override
        public void left(CpuTimeline cpu, ContextFrame frame, long nowNs) {
            measureExit(cpu, frame, nowNs);
        }

        @Override
        public void raised(CpuTimeline cpu, int vector, boolean merged, long nowNs) {
            raised++;
            raisesMerged += merged ? 1 : 0;
        }

        @Override
        public void workQueued(CpuTimeline cpu, TraceWork work, boolean again, TraceEvent event) {
            works.queued(again);
        }

        @Override
        public void workStarted(CpuTimeline cpu, TraceWork work, long nowNs) {
            works.started(cpu, work, nowNs);
        }

        @Override
        public void workEnded(CpuTimeline cpu, TraceTask worker, long nowNs) {
            works.ended(cpu, worker, nowNs);
        }

        @Override
        public void woken(
                CpuTimeline cpu, TraceTask task, TraceWake wake, boolean merged, long nowNs) {
            tasks.woken(cpu, task, wake, merged, nowNs);
        }

        @Override
        public void switchedIn(CpuTimeline cpu, SwitchIn how, boolean starts) {
            tasks.switchedIn(cpu, how, starts);
            works.switchedIn(cpu, how);
        }

        @Override
        public void switchedOut(CpuTimeline cpu, TraceTask task, boolean sleeps, long nowNs) {
            tasks.switchedOut(cpu, task, sleeps, nowNs);
        }

        @Override
        public void gap(CpuTimeline cpu, long fromNs, long untilNs) {
            works.gap(cpu);
        }
    }
}
