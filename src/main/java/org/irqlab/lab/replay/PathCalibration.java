package org.irqlab.lab.replay;

import org.irqlab.lab.replay.ReferencePaths.Known;
import org.irqlab.lab.timeline.CpuTimeline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.stream.LongStream;

/**
 * Takes {@link PathCosts} from the stages of one capture.
 *
 * <p>A stage is only measured where one of its events follows the other directly, so that its
 * samples hold no waits. When the stamps are whole µs, a sample says nothing about half a µs; those
 * up to 1 µs above a low quantile are then replaced by their mean, in which the rounding errors
 * cancel.
 */
final class PathCalibration {
    private static final double LOW = 0.05;
    private static final long COARSE_NS = 1_000;
    private static final long MOST_TIMES_LOW = 3;

    /** A stage with fewer samples than this is taken from a like one, if that has more. */
    private static final int ENOUGH = 20;

    private final StageAnalysis stages;
    private final PathCosts costs = new PathCosts();

    PathCalibration(StageAnalysis stages) {
        this.stages = stages;
    }

    PathCosts calibrate() {
        costs.coarseClock = coarse();
        costs.irqExitToSoftirqNs = code("irqExitToSoftirqNs", StageNames.IRQ_EXIT_TO_SOFTIRQ);
        costs.softirqToSoftirqNs = code("softirqToSoftirqNs", StageNames.SOFTIRQ_TO_SOFTIRQ);
        costs.raiseToSoftirqInTaskNs =
                code("raiseToSoftirqInTaskNs", StageNames.TASK_RAISE_TO_SOFTIRQ);
        wakes();
        costs.workerStartNs = code("workerStartNs", StageNames.WORKER_START);
        costs.workerNextNs = code("workerNextNs", StageNames.WORKER_NEXT);
        costs.workerLeaveNs = code("workerLeaveNs", StageNames.WORKER_LEAVE);
        switches();
        temperatures();
        dispatch();
        costs.idleExitNs = idleExits();
        costs.counts.put("idleExitNs", costs.idleExitNs.length);
        costs.remoteWakeIdleNs = spread("remoteWakeIdleNs", StageNames.WAKE_REMOTE_IDLE);
        costs.remoteSwitchInNs = remoteSwitchIns();
        costs.remoteWakeBusyNs = spread("remoteWakeBusyNs", StageNames.WAKE_REMOTE_BUSY);
        costs.remotePreemptNs = spread("remotePreemptNs", StageNames.REMOTE_BUSY_SWITCH);
        inOrder();
        return costs;
    }

    /** Notes and counts go by path, as in a file, in whatever order the paths were taken. */
    private void inOrder() {
        var counts = new LinkedHashMap<String, Integer>();
        var borrowed = new ArrayList<String>();
        for (CostPath path : CostPath.values()) {
            counts.put(path.key, costs.counts.getOrDefault(path.key, 0));
            costs.borrowed.stream()
                    .filter(note -> note.startsWith(path.key + ": "))
                    .forEach(borrowed::add);
        }
        costs.counts = counts;
        costs.borrowed = borrowed;
    }

    /** Where few of one kind are recorded, those of the other. */
    private void wakes() {
        costs.wakeNs = code("wakeNs", StageNames.WAKE_LOCAL_BUSY);
        costs.wakeIdleNs = code("wakeIdleNs", StageNames.WAKE_LOCAL_IDLE);
        long[] busy = costs.wakeNs;
        if (busy.length < ENOUGH && costs.wakeIdleNs.length > busy.length) {
            costs.wakeNs = costs.wakeIdleNs;
            costs.borrowed.add("wakeNs: " + busy.length + " recorded, so taken from wakeIdleNs");
        } else if (costs.wakeIdleNs.length < ENOUGH && busy.length > costs.wakeIdleNs.length) {
            costs.borrowed.add(
                    "wakeIdleNs: " + costs.wakeIdleNs.length + " recorded, so taken from wakeNs");
            costs.wakeIdleNs = busy;
        }
    }

    /** A wake in a task acts at a rescheduling point and then switches as after an interrupt. */
    private void switches() {
        long[] afterWakes = direct("wakeToRescheduleNs", StageNames.PREEMPT_AFTER_WAKE);
        costs.switchNs = direct("switchNs", StageNames.PREEMPT_AFTER_IRQ);
        int afterIrqs = costs.switchNs.length;
        if (afterIrqs < ENOUGH && afterWakes.length > afterIrqs) {
            costs.switchNs = afterWakes;
            costs.counts.put("switchNs", afterWakes.length);
            costs.borrowed.add(
                    "switchNs: "
                            + afterIrqs
                            + " preemptions after interrupts, so taken from those"
                            + " after wakes in tasks; the way to the rescheduling point is in it");
        }
        long restNs = PathCosts.usual(afterWakes) - PathCosts.usual(costs.switchNs);
        costs.wakeToRescheduleNs = Math.max(0, restNs);
        if (afterIrqs < ENOUGH || afterWakes.length < ENOUGH) {
            costs.wakeToRescheduleNs = ReferencePaths.of(costs).ns(Known.WAKE_TO_RESCHEDULE);
            costs.borrowed.add(
                    "wakeToRescheduleNs: too few preemptions of both kinds, so the reference"
                            + " machine's, scaled");
        }
    }

    private void temperatures() {
        ReferencePaths reference = ReferencePaths.of(costs);
        tempered(
                StageNames.WAKE_LOCAL_BUSY,
                CostPath.WAKE,
                CostPath.WAKE_WARM,
                reference.ns(Known.WAKE_WARM),
                CostPath.WAKE_HOT,
                reference.ns(Known.WAKE_HOT));
        boolean borrowed = costs.borrowed.stream().anyMatch(note -> note.startsWith("switchNs"));
        tempered(
                borrowed ? StageNames.PREEMPT_AFTER_WAKE : StageNames.PREEMPT_AFTER_IRQ,
                CostPath.SWITCH,
                CostPath.SWITCH_WARM,
                reference.ns(Known.SWITCH_WARM),
                CostPath.SWITCH_HOT,
                reference.ns(Known.SWITCH_HOT));
        worker(
                StageNames.WORKER_START,
                CostPath.WORKER_START,
                CostPath.WORKER_START_WARM,
                reference.ns(Known.WORKER_START));
        worker(
                StageNames.WORKER_LEAVE,
                CostPath.WORKER_LEAVE,
                CostPath.WORKER_LEAVE_WARM,
                reference.ns(Known.WORKER_LEAVE));
        costs.leaveToIdleNs = reference.ns(Known.LEAVE_TO_IDLE);
        costs.borrowed.add("leaveToIdleNs: the reference machine's, scaled");
    }

    /** Parts a path that has all samples by the state of the caches in which they were. */
    private void tempered(
            String stage, CostPath all, CostPath warm, long warmNs, CostPath hot, long hotNs) {
        long most = most(all);
        long[] colds = refined(stages.samples(stage, Temperature.COLD), most);
        long[] warms = refined(stages.samples(stage, Temperature.WARM), most);
        long[] hots = refined(stages.samples(stage, Temperature.HOT), most);
        part(warm, warms, colds, warmNs);
        part(hot, hots, sorted(warms, colds), hotNs);
        keepCold(all, colds);
    }

    /** The same, hot and warm in one. */
    private void worker(String stage, CostPath all, CostPath warm, long warmNs) {
        long most = most(all);
        long[] colds = refined(stages.samples(stage, Temperature.COLD), most);
        long[] warms = refined(stages.samples(stage, Temperature.WARM), most);
        long[] hots = refined(stages.samples(stage, Temperature.HOT), most);
        part(warm, sorted(warms, hots), colds, warmNs);
        keepCold(all, colds);
    }

    private static long[] sorted(long[] some, long[] more) {
        return LongStream.concat(Arrays.stream(some), Arrays.stream(more)).sorted().toArray();
    }

    /**
     * Sets the distribution of one state of the caches. Where the capture does not show it, the
     * reference machine's cost stands in, or the least that was seen colder.
     */
    private void part(CostPath path, long[] samples, long[] colder, long referenceNs) {
        // What is slower than what is colder is something else.
        boolean odd = colder.length >= ENOUGH && PathCosts.usual(samples) > PathCosts.usual(colder);
        boolean shown = samples.length >= ENOUGH && !odd;
        costs.counts.put(path.key, shown ? samples.length : 0);
        if (shown) {
            path.set(costs, samples);
            return;
        }
        long low = StageRow.quantile(colder, LOW);
        boolean one = low == 0 || referenceNs == 0;
        long ns = one ? Math.max(low, referenceNs) : Math.min(low, referenceNs);
        if (ns > 0) {
            path.set(costs, new long[] {ns});
            costs.borrowed.add(
                    path.key
                            + ": too few samples, so the lower of the low quantile of colder ones"
                            + " and the reference machine's, scaled");
        }
    }

    /** Leaves only the cold samples in a path that had all, if there are enough. */
    private void keepCold(CostPath path, long[] colds) {
        if (colds.length >= ENOUGH) {
            path.set(costs, colds);
            costs.counts.put(path.key, colds.length);
        }
    }

    private long most(CostPath path) {
        long[] sorted = path.of(costs);
        return sorted.length == 0 ? 0 : sorted[sorted.length - 1];
    }

    private void dispatch() {
        long leastNs = Long.MAX_VALUE;
        int samples = 0;
        for (int vector = 0; vector < CpuTimeline.VECTORS; vector++) {
            String stage = StageNames.softirq(vector);
            long[] runs = stages.samples(stage);
            if (runs.length >= ENOUGH) {
                long ns = ReferencePaths.hot(StageRow.quantile(runs, LOW), usual(stage));
                samples = ns < leastNs ? runs.length : samples;
                leastNs = Math.min(leastNs, ns);
            }
        }
        costs.softirqDispatchNs = samples == 0 ? 0 : leastNs;
        costs.counts.put("softirqDispatchNs", samples);
    }

    /** Returns the state of the caches in which most samples of a stage were. */
    private Temperature usual(String stage) {
        return Arrays.stream(Temperature.values())
                .max(Comparator.comparingInt(t -> stages.samples(stage, t).length))
                .orElseThrow();
    }

    private boolean coarse() {
        long[] samples = stages.samples(StageNames.IRQ_EXIT_TO_SOFTIRQ);
        return samples.length > 0
                && Arrays.stream(samples).allMatch(sample -> sample % COARSE_NS == 0);
    }

    private long[] code(String field, String stage) {
        long[] sorted = stages.samples(stage);
        costs.counts.put(field, sorted.length);
        return refined(sorted, Long.MAX_VALUE);
    }

    /** Returns the samples up to {@code mostNs}, without the rounding error of a coarse clock. */
    private long[] refined(long[] samples, long mostNs) {
        long[] sorted = Arrays.stream(samples).filter(ns -> ns <= mostNs).toArray();
        if (!costs.coarseClock || sorted.length == 0) {
            return sorted;
        }
        long limit = StageRow.quantile(sorted, LOW) + COARSE_NS;
        double mean = Arrays.stream(sorted).filter(ns -> ns <= limit).average().orElse(0);
        return Arrays.stream(sorted).map(ns -> ns <= limit ? Math.round(mean) : ns).toArray();
    }

    /**
     * As {@link #code}, of the samples in which the preempted task was not in kernel code that it
     * had to finish first: no event tells, but that code takes several times the path.
     */
    private long[] direct(String field, String stage) {
        long[] all = code(field, stage);
        long limit = MOST_TIMES_LOW * StageRow.quantile(all, LOW);
        long[] direct = Arrays.stream(all).filter(ns -> ns <= limit).toArray();
        costs.counts.put(field, direct.length);
        return direct;
    }

    private long[] spread(String field, String stage) {
        long[] sorted = stages.samples(stage);
        costs.counts.put(field, sorted.length);
        return sorted;
    }

    /**
     * Idle exits that a sched_switch ends; where these are few, also those that the start of a work
     * item ends, less the worker's way to it.
     */
    private long[] idleExits() {
        long[] recorded = stages.samples(StageNames.IDLE_EXIT);
        if (recorded.length >= ENOUGH) {
            return recorded;
        }
        if (stages.samples(StageNames.IDLE_EXIT_TO_WORK).length > 0) {
            costs.borrowed.add(
                    "idleExitNs: "
                            + recorded.length
                            + " recorded switch-ins, so filled up with"
                            + " starts of work items less workerStartNs");
        }
        long[] toWork = stages.samples(StageNames.IDLE_EXIT_TO_WORK);
        long[] all = Arrays.copyOf(recorded, recorded.length + toWork.length);
        for (int i = 0; i < toWork.length; i++) {
            all[recorded.length + i] =
                    Math.max(0, toWork[i] - PathCosts.usual(costs.workerStartNs));
        }
        Arrays.sort(all);
        return all;
    }

    /** Where few are recorded, those of local wakes: from the interrupt on the way is the same. */
    private long[] remoteSwitchIns() {
        long[] own = spread("remoteSwitchInNs", StageNames.REMOTE_IDLE_SWITCH);
        if (own.length >= ENOUGH || costs.idleExitNs.length < ENOUGH) {
            return own;
        }
        costs.borrowed.add(
                "remoteSwitchInNs: " + own.length + " recorded, so taken from idleExitNs");
        costs.counts.put("remoteSwitchInNs", costs.idleExitNs.length);
        return costs.idleExitNs.clone();
    }
}
