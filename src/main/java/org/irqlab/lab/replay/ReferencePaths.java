package org.irqlab.lab.replay;

/**
 * What scheduler paths cost that run again and again, for captures that show them only after long
 * pauses: on such a machine a path is recorded with cold caches, and a what-if that runs it at the
 * rate of the interrupts would be charged two or three times too much.
 *
 * <p>The values are medians of warm samples of kernels 6.18 on one kind of machine, in ns; a
 * machine is placed beside that one by the low quantile of a path that every capture shows: the way
 * from an interrupt's exit, or from a raise in a task, to the softirq. Between three machines and
 * recordings whose ratios were 1.2 to 2.8 the scaled values were within 15 % of what they showed.
 *
 * @param scale how much slower the machine is
 */
record ReferencePaths(double scale) {
    private static final double LOW = 0.05;
    private static final double IRQ_EXIT_TO_SOFTIRQ_LOW_NS = 340;
    private static final double RAISE_TO_SOFTIRQ_LOW_NS = 380;

    private static final long WAKE_HOT_NS = 1_230;
    private static final long WAKE_WARM_NS = 2_090;
    private static final long WAKE_COLD_NS = 4_280;
    private static final long SWITCH_HOT_NS = 1_330;
    private static final long SWITCH_WARM_NS = 1_790;

    /** From the switch back to a preempted task: what it does in addition. */
    private static final long RETURN_NS = 540;

    private static final long WORKER_START_NS = 690;

    /** From a wake in a system call to the way out of it. */
    private static final long WAKE_TO_RESCHEDULE_NS = 360;

    private static final long WORKER_LEAVE_NS = 1_780;

    /** What the switch to idle takes more than that to a task. */
    private static final long LEAVE_TO_IDLE_NS = 1_050;

    /** Places the machine of {@code costs}; the scale is 0 if nothing tells. */
    static ReferencePaths of(PathCosts costs) {
        boolean byTask = costs.raiseToSoftirqInTaskNs.length > costs.irqExitToSoftirqNs.length;
        double scale =
                byTask
                        ? StageRow.quantile(costs.raiseToSoftirqInTaskNs, LOW)
                                / RAISE_TO_SOFTIRQ_LOW_NS
                        : StageRow.quantile(costs.irqExitToSoftirqNs, LOW)
                                / IRQ_EXIT_TO_SOFTIRQ_LOW_NS;
        return new ReferencePaths(scale);
    }

    /** Returns what a path would cost hot that costs {@code ns} in another state of the caches. */
    static long hot(long ns, Temperature state) {
        return switch (state) {
            case HOT -> ns;
            case WARM -> ns * WAKE_HOT_NS / WAKE_WARM_NS;
            case COLD -> ns * WAKE_HOT_NS / WAKE_COLD_NS;
        };
    }

    long wakeHotNs() {
        return Math.round(scale * WAKE_HOT_NS);
    }

    long wakeWarmNs() {
        return Math.round(scale * WAKE_WARM_NS);
    }

    long switchHotNs() {
        return Math.round(scale * SWITCH_HOT_NS);
    }

    long switchWarmNs() {
        return Math.round(scale * SWITCH_WARM_NS);
    }

    long wakeToRescheduleNs() {
        return Math.round(scale * WAKE_TO_RESCHEDULE_NS);
    }

    long returnNs() {
        return Math.round(scale * RETURN_NS);
    }

    long leaveToIdleNs() {
        return Math.round(scale * LEAVE_TO_IDLE_NS);
    }

    long workerStartNs() {
        return Math.round(scale * WORKER_START_NS);
    }

    long workerLeaveNs() {
        return Math.round(scale * WORKER_LEAVE_NS);
    }
}
