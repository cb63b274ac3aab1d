package org.irqlab.lab.replay;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The paths of {@link PathCosts} by name, as a report and a calibration file call them. */
enum CostPath {
    IRQ_EXIT_TO_SOFTIRQ(
            "irqExitToSoftirqNs",
            State.ANY,
            "interrupt exit → softirq entry directly after it, raised in that interrupt",
            costs -> costs.irqExitToSoftirqNs,
            (costs, ns) -> costs.irqExitToSoftirqNs = ns),
    SOFTIRQ_TO_SOFTIRQ(
            "softirqToSoftirqNs",
            State.ANY,
            "softirq exit → next softirq entry of the same batch",
            costs -> costs.softirqToSoftirqNs,
            (costs, ns) -> costs.softirqToSoftirqNs = ns),
    RAISE_TO_SOFTIRQ_IN_TASK(
            "raiseToSoftirqInTaskNs",
            State.ANY,
            "softirq_raise in a task → softirq entry at local_bh_enable",
            costs -> costs.raiseToSoftirqInTaskNs,
            (costs, ns) -> costs.raiseToSoftirqInTaskNs = ns),
    WAKE(
            "wakeNs",
            State.LOCAL_BUSY,
            "sched_waking → sched_wakeup, try_to_wake_up for the waker's own CPU",
            costs -> costs.wakeNs,
            (costs, ns) -> costs.wakeNs = ns),
    WAKE_IDLE(
            "wakeIdleNs",
            State.LOCAL_IDLE,
            "sched_waking → sched_wakeup, try_to_wake_up for the waker's own CPU",
            costs -> costs.wakeIdleNs,
            (costs, ns) -> costs.wakeIdleNs = ns),
    WAKE_WARM(
            "wakeWarmNs",
            State.LOCAL_BUSY,
            "wakeNs, the task having run 0.2 to 5 ms before",
            costs -> costs.wakeWarmNs,
            (costs, ns) -> costs.wakeWarmNs = ns),
    WAKE_HOT(
            "wakeHotNs",
            State.LOCAL_BUSY,
            "wakeNs, the task having run at most 0.2 ms before",
            costs -> costs.wakeHotNs,
            (costs, ns) -> costs.wakeHotNs = ns),
    WAKE_TO_RESCHEDULE(
            "wakeToRescheduleNs",
            State.LOCAL_BUSY,
            "sched_wakeup in a task → the point at which TIF_NEED_RESCHED acts; one number, a"
                    + " difference of medians",
            costs -> number(costs, "wakeToRescheduleNs", costs.wakeToRescheduleNs),
            (costs, ns) -> costs.wakeToRescheduleNs = PathCosts.usual(ns)),
    SWITCH(
            "switchNs",
            State.LOCAL_BUSY,
            "interrupt exit or rescheduling point → sched_switch that preempts",
            costs -> costs.switchNs,
            (costs, ns) -> costs.switchNs = ns),
    SWITCH_WARM(
            "switchWarmNs",
            State.LOCAL_BUSY,
            "switchNs, the task having run 0.2 to 5 ms before",
            costs -> costs.switchWarmNs,
            (costs, ns) -> costs.switchWarmNs = ns),
    SWITCH_HOT(
            "switchHotNs",
            State.LOCAL_BUSY,
            "switchNs, the task having run at most 0.2 ms before",
            costs -> costs.switchHotNs,
            (costs, ns) -> costs.switchHotNs = ns),
    WORKER_START(
            "workerStartNs",
            State.ANY,
            "sched_switch to a kworker → workqueue_execute_start",
            costs -> costs.workerStartNs,
            (costs, ns) -> costs.workerStartNs = ns),
    WORKER_START_WARM(
            "workerStartWarmNs",
            State.ANY,
            "workerStartNs where the same path ran on the CPU at most 5 ms before",
            costs -> costs.workerStartWarmNs,
            (costs, ns) -> costs.workerStartWarmNs = ns),
    WORKER_NEXT(
            "workerNextNs",
            State.ANY,
            "workqueue_execute_end → workqueue_execute_start of the kworker's next item",
            costs -> costs.workerNextNs,
            (costs, ns) -> costs.workerNextNs = ns),
    WORKER_LEAVE(
            "workerLeaveNs",
            State.ANY,
            "workqueue_execute_end → sched_switch of the kworker that goes to sleep",
            costs -> costs.workerLeaveNs,
            (costs, ns) -> costs.workerLeaveNs = ns),
    WORKER_LEAVE_WARM(
            "workerLeaveWarmNs",
            State.ANY,
            "workerLeaveNs where the same path ran on the CPU at most 5 ms before",
            costs -> costs.workerLeaveWarmNs,
            (costs, ns) -> costs.workerLeaveWarmNs = ns),
    LEAVE_TO_IDLE(
            "leaveToIdleNs",
            State.ANY,
            "end of a kernel thread's work → sched_switch to idle, less that to a task; one number",
            costs -> number(costs, "leaveToIdleNs", costs.leaveToIdleNs),
            (costs, ns) -> costs.leaveToIdleNs = PathCosts.usual(ns)),
    SOFTIRQ_DISPATCH(
            "softirqDispatchNs",
            State.ANY,
            "softirq entry → exit of the vector that has least to do: not burnt, saved once a turn"
                + " by a thread that has bottom halves instead; one number, the 5 % quantile, hot",
            costs -> number(costs, "softirqDispatchNs", costs.softirqDispatchNs),
            (costs, ns) -> costs.softirqDispatchNs = PathCosts.usual(ns)),
    IDLE_EXIT(
            "idleExitNs",
            State.LOCAL_IDLE,
            "end of the interrupt or softirq that woke → sched_switch away from the idle task",
            costs -> costs.idleExitNs,
            (costs, ns) -> costs.idleExitNs = ns),
    REMOTE_WAKE_IDLE(
            "remoteWakeIdleNs",
            State.REMOTE_IDLE,
            "sched_waking → sched_wakeup on the target: IPI or polled flag, and the way out of"
                    + " halt",
            costs -> costs.remoteWakeIdleNs,
            (costs, ns) -> costs.remoteWakeIdleNs = ns),
    REMOTE_SWITCH_IN(
            "remoteSwitchInNs",
            State.REMOTE_IDLE,
            "sched_wakeup on the target → sched_switch away from the idle task",
            costs -> costs.remoteSwitchInNs,
            (costs, ns) -> costs.remoteSwitchInNs = ns),
    REMOTE_WAKE_BUSY(
            "remoteWakeBusyNs",
            State.REMOTE_BUSY,
            "sched_waking → sched_wakeup",
            costs -> costs.remoteWakeBusyNs,
            (costs, ns) -> costs.remoteWakeBusyNs = ns),
    REMOTE_PREEMPT(
            "remotePreemptNs",
            State.REMOTE_BUSY,
            "sched_wakeup → sched_switch that preempts; not burnt, emerges from switchNs",
            costs -> costs.remotePreemptNs,
            (costs, ns) -> costs.remotePreemptNs = ns);

    /** Who wakes, and what the CPU of the woken does; null = not of a wake, or either. */
    enum State {
        ANY(null, null),
        LOCAL("local", null),
        LOCAL_IDLE("local", "idle"),
        LOCAL_BUSY("local", "busy"),
        REMOTE_IDLE("remote", "idle"),
        REMOTE_BUSY("remote", "busy");

        final String waker;
        final String target;

        State(String waker, String target) {
            this.waker = waker;
            this.target = target;
        }
    }

    /** Name of the field in {@link PathCosts}. */
    final String key;

    final State state;

    /** One line in the kernel's words. */
    final String what;

    private final Function<PathCosts, long[]> read;
    private final BiConsumer<PathCosts, long[]> write;

    CostPath(
            String key,
            State state,
            String what,
            Function<PathCosts, long[]> read,
            BiConsumer<PathCosts, long[]> write) {
        this.key = key;
        this.state = state;
        this.what = what;
        this.read = read;
        this.write = write;
    }

    private static long[] number(PathCosts costs, String key, long ns) {
        return ns == 0 && costs.counts.getOrDefault(key, 0) == 0 ? new long[0] : new long[] {ns};
    }

    /** Whether the path has one cost and no distribution. */
    boolean isNumber() {
        return this == WAKE_TO_RESCHEDULE || this == LEAVE_TO_IDLE || this == SOFTIRQ_DISPATCH;
    }

    /** Returns the sorted costs of the path, none if the capture had no sample. */
    long[] of(PathCosts costs) {
        return read.apply(costs);
    }

    void set(PathCosts costs, long[] sorted) {
        write.accept(costs, sorted);
    }

    static Optional<CostPath> named(String key) {
        return Arrays.stream(values()).filter(path -> path.key.equals(key)).findFirst();
    }
}
