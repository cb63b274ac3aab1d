package org.irqlab.lab.replay;

import org.irqlab.lab.timeline.TimelineCounts;
import org.irqlab.lab.timeline.TraceTimeline;
import org.irqlab.lab.trace.NameTable;
import org.irqlab.lab.trace.TraceEvent;
import org.irqlab.lab.trace.TraceSink;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Makes a {@link ReplayPlan} of the event stream of a recorded trace.
 *
 * <p>Interrupts, softirqs, work items and quanta are paired by the CPU's stack and by the address
 * of the work item, never by pid. What a replayed activity sets off is an action of it; everything
 * else is an arrival at its recorded time. Workers and ksoftirqd are the machine's own: the items
 * and softirqs that they run are in the plan, they themselves are not.
 *
 * <p>Where the trace has only switches of workers and ksoftirqd, tasks are not replayed: what they
 * raised and queued are arrivals.
 *
 * <p><b>Threads.</b> One. {@link #build()} once, after the last event.
 */
public final class ReplayPlanBuilder implements TraceSink {
    private final NameTable names;
    private final PlanRecorder recorder;
    private final TraceTimeline timeline;
    private final StageAnalysis stages;

    public ReplayPlanBuilder(NameTable names) {
        this.names = names;
        recorder = new PlanRecorder(names);
        timeline = new TraceTimeline(names, recorder);
        stages = new StageAnalysis(names);
    }

    @Override
    public void event(TraceEvent event) {
        timeline.event(event);
        stages.event(event);
    }

    @Override
    public void lost(int cpu, long timeNs, long events) {
        timeline.lost(cpu, timeNs, events);
        stages.lost(cpu, timeNs, events);
    }

    /** Returns the stages of the same events; the path costs are taken from them. */
    public StageAnalysis stages() {
        return stages;
    }

    /** Makes the plan of all events so far; it burns the path costs of the same events. */
    public ReplayPlan build() {
        return build(own -> own);
    }

    /**
     * Makes the plan of all events so far. What is taken out of recorded durations is the trace's
     * own all the same.
     *
     * @param calibration the path costs that the replay burns
     * @param file what the report calls them
     */
    public ReplayPlan build(Calibration calibration, String file) {
        return build(own -> calibration.over(own, file));
    }

    private ReplayPlan build(UnaryOperator<PathCosts> burnt) {
        recorder.finish(timeline.lastNs());
        PathCosts own = new PathCalibration(stages).calibrate();
        var assembly = new PlanAssembly(recorder, names, timeline.seesTasks());
        ReplayPlan plan = assembly.assemble(own, burnt.apply(own), timeline.cpuLimit());
        plan.durationNs = timeline.lastNs();
        plan.coverage = timeline.coverage();
        List<String> batches = plan.notes;
        plan.notes = notes(plan);
        plan.notes.addAll(batches);
        return plan;
    }

    private List<String> notes(ReplayPlan plan) {
        var notes = new ArrayList<String>();
        TimelineCounts odd = timeline.counts();
        if (CostExchange.differs(plan)) {
            notes.add(
                    "path costs are those of "
                            + plan.paths.origin
                            + ": the self-check shows how far the two machines are apart");
        }
        if (!plan.seesTasks) {
            notes.add(
                    "no switches of ordinary tasks in the trace: tasks are not replayed, what they"
                            + " raised and queued comes at recorded times");
        }
        note(notes, odd.implicitSwitchIns, "switch-ins from idle not recorded, taken as implicit");
        note(notes, odd.unrecordedSwitches, "other switches not recorded");
        note(notes, odd.exitsWithoutEntry, "interrupt or softirq exits without entry");
        note(notes, odd.workMismatches, "starts or ends of work items that do not match");
        note(
                notes,
                odd.workInSoftirq,
                "work items of bottom-half workqueues, left in their softirq");
        note(notes, odd.badVectors, "softirq events with an unknown vector");
        note(notes, odd.gaps, "losses of events, " + odd.gapNs / 1_000 + " us cut out");
        if (plan.seesTasks) {
            note(notes, recorder.counts.get("quanta without wake"), "quanta without wake");
            note(
                    notes,
                    recorder.counts.get(PlanRecorder.QUANTA_STILL_ON),
                    PlanRecorder.QUANTA_STILL_ON);
        }
        for (String name :
                List.of(
                        "softirq runs without raise",
                        "work executions without queueing",
                        "work queued again before it started",
                        "interrupts without end, left out",
                        "softirq runs without end, left out",
                        PlanRecorder.CUT_BY_LOSS,
                        PlanRecorder.CUT_BY_END,
                        "work executions that slept")) {
            note(notes, plan.counts.getOrDefault(name, 0L), name);
        }
        long sleptNs = recorder.counts.get("ns slept in work");
        note(notes, sleptNs / 1_000, "us slept inside work items, not replayed");
        return notes;
    }

    private static void note(List<String> notes, long count, String what) {
        if (count > 0) {
            notes.add(count + " " + what);
        }
    }
}
