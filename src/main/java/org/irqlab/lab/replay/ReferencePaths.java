package org.irqlab.lab.replay;

/**
 * What scheduler paths cost that run again and again, for captures that show them only after long
 * pauses: on such a machine a path is recorded with cold caches, and a what-if that runs it at the
 * rate of the interrupts would be charged two or three times too much.
 *
 * <p>The values are of kernel 6.18 on one kind of machine; another machine, or another recording,
 * is placed beside it by the low quantile of a path that every capture shows: the way from an
 * interrupt's exit, or from a raise in a task, to the softirq. In a recording that is not among
 * their sources (ab-napi-udp200-threaded-1) hot and warm wakes took 1.30 and 1.87 µs; the values
 * scaled by its softirq twin are 1.13 and 1.92.
 *
 * @param scale how much slower the machine is
 */
record ReferencePaths(double scale) {
    private static final double LOW = 0.05;
    private static final double IRQ_EXIT_TO_SOFTIRQ_LOW_NS = 340;
    private static final double RAISE_TO_SOFTIRQ_LOW_NS = 380;

    /** Medians in ns, each with the capture and the number of samples behind it. */
    enum Known {
        /** tsc-veth-udp64-10k, 19,341 samples. */
        WAKE_HOT(1_230),
        /** tsc-veth-udp64-10k, 3,982. */
        WAKE_WARM(2_090),
        /** tsc-veth-udp64-10k, 6; for proportions only. */
        WAKE_COLD(4_280),
        /** tsc-veth-udp64-10k, 19,069. */
        SWITCH_HOT(1_330),
        /** tsc-veth-udp64-10k, 2,140. */
        SWITCH_WARM(1_790),
        /**
         * From a wake in a system call to the way out of it: preemptions after wakes in tasks less
         * those after interrupts, both cold. tsc-veth-udp64-10k, 8 each.
         */
        WAKE_TO_RESCHEDULE(360),
        /** What a preempted task does in addition. tsc-veth-udp64-10k, 12,975 and 9,762. */
        RETURN(540),
        /** fsync-loop, mean of 707 (whole µs), scaled. */
        WORKER_START(690),
        /** To a task. fsync-loop, mean of 703 (whole µs), scaled. */
        WORKER_LEAVE(1_780),
        /**
         * What the way of a worker to idle takes more. fsync-loop, means of 696 and 703, scaled.
         */
        LEAVE_TO_IDLE(1_050);

        private final long ns;

        Known(long ns) {
            this.ns = ns;
        }
    }

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
            case WARM -> ns * Known.WAKE_HOT.ns / Known.WAKE_WARM.ns;
            case COLD -> ns * Known.WAKE_HOT.ns / Known.WAKE_COLD.ns;
        };
    }

    /** Returns what a path costs on this machine, as far as the scale tells; 0 if nothing does. */
    long ns(Known path) {
        return Math.round(scale * path.ns);
    }
}
