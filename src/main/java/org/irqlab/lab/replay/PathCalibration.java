package org.irqlab.lab.replay;

import java.util.Arrays;

/**
 * Takes {@link PathCosts} from the stages of one capture.
 *
 * <p>A pure-code stage is its 5 % quantile: of quantiles from 1 to 10 % it differs by less than the
 * jitter, and the slower samples hold waits and cache misses that a constant must not hold. When
 * the stamps are whole µs every quantile is a whole µs too and says nothing about half a µs; then
 * it is the mean of the lowest 90 %, whose rounding errors cancel.
 */
final class PathCalibration {
    private static final double LOW = 0.05;
    private static final double KEPT = 0.9;
    private static final long COARSE_NS = 1_000;

    /** Fewer recorded idle exits than this are filled up with derived ones. */
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
        costs.wakeNs = code("wakeNs", StageNames.WAKE_LOCAL);
        costs.workerStartNs = code("workerStartNs", StageNames.WORKER_START);
        costs.workerNextNs = code("workerNextNs", StageNames.WORKER_NEXT);
        costs.workerLeaveNs = code("workerLeaveNs", StageNames.WORKER_LEAVE);
        long afterWakeNs = code("wakeToRescheduleNs", StageNames.PREEMPT_AFTER_WAKE);
        costs.switchNs = code("switchNs", StageNames.PREEMPT_AFTER_IRQ);
        if (costs.counts.get("switchNs") == 0) {
            costs.switchNs = afterWakeNs;
            costs.counts.put("switchNs", costs.counts.get("wakeToRescheduleNs"));
        }
        costs.wakeToRescheduleNs = Math.max(0, afterWakeNs - costs.switchNs);
        costs.idleExitNs = idleExits();
        costs.counts.put("idleExitNs", costs.idleExitNs.length);
        costs.remoteWakeIdleNs = spread("remoteWakeIdleNs", StageNames.WAKE_REMOTE_IDLE);
        costs.remoteSwitchInNs = spread("remoteSwitchInNs", StageNames.REMOTE_IDLE_SWITCH);
        costs.remoteWakeBusyNs = spread("remoteWakeBusyNs", StageNames.WAKE_REMOTE_BUSY);
        costs.remotePreemptNs = spread("remotePreemptNs", StageNames.REMOTE_BUSY_SWITCH);
        return costs;
    }

    private boolean coarse() {
        long[] samples = stages.samples(StageNames.IRQ_EXIT_TO_SOFTIRQ);
        return samples.length > 0
                && Arrays.stream(samples).allMatch(sample -> sample % COARSE_NS == 0);
    }

    private long code(String field, String stage) {
        long[] sorted = stages.samples(stage);
        costs.counts.put(field, sorted.length);
        if (!costs.coarseClock) {
            return StageRow.quantile(sorted, LOW);
        }
        int kept = (int) Math.ceil(KEPT * sorted.length);
        return Math.round(Arrays.stream(sorted, 0, kept).average().orElse(0));
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
        long[] toWork = stages.samples(StageNames.IDLE_EXIT_TO_WORK);
        long[] all = Arrays.copyOf(recorded, recorded.length + toWork.length);
        for (int i = 0; i < toWork.length; i++) {
            all[recorded.length + i] = Math.max(0, toWork[i] - costs.workerStartNs);
        }
        Arrays.sort(all);
        return all;
    }
}
