package org.irqlab.lab.replay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Costs of the kernel's own paths between two traced points, calibrated from the capture; burnt as
 * guest time and listed in the report as model. All in ns, tracing cost included, as recorded.
 *
 * <p>Code that the CPU has not run for a while costs up to three times as much as code that is in
 * its caches: where a path has several distributions, they are by {@link Temperature}. Where the
 * capture has too few samples of one, {@link ReferencePaths} says what stands in; where it has too
 * few of {@link Temperature#COLD}, {@code …Ns} is of all.
 *
 * <p>Every path has the empirical distribution of the samples between whose ends nothing else can
 * lie: pure code, whose upper tail is the recorded machine's jitter, as much as the ways through
 * halt, IPI and idle exit. Samples are sorted. Where the capture has none, a distribution is empty;
 * {@link #counts} says on how many samples each rests.
 *
 * <p>A {@link ReplayPlan} has two: the costs that were taken out of what its trace recorded, and
 * those that are burnt; {@link Calibration} says why.
 *
 * <p>The costs of a {@link ReplayPlan}'s activities hold none of these paths except {@link #wakeNs}
 * and {@link #wakeToRescheduleNs}, which are time of the waker.
 */
public final class PathCosts {
    /**
     * Interrupt exit → softirq entry that follows directly, the vector raised in that interrupt.
     */
    public long[] irqExitToSoftirqNs = {};

    /** Softirq exit → next softirq entry of the same batch. */
    public long[] softirqToSoftirqNs = {};

    /** Raise in task context → softirq entry at the bottom-half enable. */
    public long[] raiseToSoftirqInTaskNs = {};

    /**
     * Local wake with the CPU busy: last event of the waking context → switch-in, when it preempts
     * at once. Only a switch that preempts costs this: the way to a sleeping switch-out is the
     * quantum's own.
     */
    public long[] switchNs = {};

    /**
     * Wake in task context → the point at which a rescheduling flag acts. It is the waker's own
     * work, within the cost of its activity; the switch itself, {@link #switchNs}, comes on top.
     */
    public long wakeToRescheduleNs;

    /** {@link #switchNs}, {@link Temperature#WARM}. */
    public long[] switchWarmNs = {};

    /** {@link #switchNs}, {@link Temperature#HOT}. */
    public long[] switchHotNs = {};

    /** sched_waking → sched_wakeup by the same CPU, CPU and task both local, the CPU busy. */
    public long[] wakeNs = {};

    /** The same, the CPU idle. */
    public long[] wakeIdleNs = {};

    /** {@link #wakeNs}, {@link Temperature#WARM}. */
    public long[] wakeWarmNs = {};

    /** {@link #wakeNs}, {@link Temperature#HOT}. */
    public long[] wakeHotNs = {};

    /** Switch-in of a worker, or another kernel thread → start of its work item. */
    public long[] workerStartNs = {};

    /** {@link #workerStartNs}, {@link Temperature#WARM} or hot. */
    public long[] workerStartWarmNs = {};

    /** End of a work item → start of the worker's next item. */
    public long[] workerNextNs = {};

    /** End of a work item → switch-out of its worker. */
    public long[] workerLeaveNs = {};

    /** {@link #workerLeaveNs}, {@link Temperature#WARM} or hot. */
    public long[] workerLeaveWarmNs = {};

    /**
     * What the way of a kernel thread to sleep takes more when nobody else wants the CPU. One
     * number, the reference machine's, scaled.
     */
    public long leaveToIdleNs;

    /**
     * Entry → exit of a softirq that has next to nothing to do: what a bottom half leaves behind
     * when it is moved out of softirq context. One number.
     */
    public long softirqDispatchNs;

    /** Idle CPU, local wake: end of the interrupt or softirq that woke → switch-in. */
    public long[] idleExitNs = {};

    /** Idle CPU, remote wake: waking → wakeup on the target. */
    public long[] remoteWakeIdleNs = {};

    /** Idle CPU, remote wake: wakeup on the target → switch-in. */
    public long[] remoteSwitchInNs = {};

    /** Busy CPU, remote wake: waking → wakeup. */
    public long[] remoteWakeBusyNs = {};

    /** Busy CPU, remote wake that preempts: wakeup → switch-in. */
    public long[] remotePreemptNs = {};

    /** Whose costs these are; for the report. */
    public String origin = "this trace";

    /** Number of samples that each field rests on, by field name. */
    public Map<String, Integer> counts = new LinkedHashMap<>();

    /** Fields with too few samples of their own, and what was taken instead; for the report. */
    public List<String> borrowed = new ArrayList<>();

    /** The recorder's stamps are whole µs: samples up to one µs above the lowest are their mean. */
    public boolean coarseClock;

    /** Returns the usual cost of a preempting switch, of the state in which most were. */
    long usualSwitchNs() {
        return usual(CostPath.SWITCH, CostPath.SWITCH_WARM, CostPath.SWITCH_HOT);
    }

    /** Returns the cost of a preempting switch in a burst, or the usual one. */
    public long hotSwitchNs() {
        return switchHotNs.length == 0 ? usualSwitchNs() : usual(switchHotNs);
    }

    /** Returns the usual cost of a local wake, of the state in which most were. */
    long usualWakeNs() {
        return usual(CostPath.WAKE, CostPath.WAKE_WARM, CostPath.WAKE_HOT);
    }

    private long usual(CostPath... states) {
        CostPath most = states[0];
        for (CostPath state : states) {
            if (counts.getOrDefault(state.key, 0) > counts.getOrDefault(most.key, 0)) {
                most = state;
            }
        }
        return usual(most.of(this));
    }

    /** Returns the usual cost of a path, its median; 0 where there is no sample. */
    public static long usual(long[] sorted) {
        return StageRow.quantile(sorted, 0.5);
    }
}
