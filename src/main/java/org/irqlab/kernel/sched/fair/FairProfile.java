package org.irqlab.kernel.sched.fair;

/**
 * The behaviours of {@code kernel/sched/fair.c} that differ between Linux releases; choose one,
 * they do not mix.
 *
 * <p>All have the default scheduler features: PLACE_LAG, PLACE_DEADLINE_INITIAL,
 * PLACE_REL_DEADLINE, RUN_TO_PARITY, PREEMPT_SHORT, DELAY_DEQUEUE, DELAY_ZERO, WAKEUP_PREEMPTION,
 * TTWU_QUEUE, SIS_UTIL and WA_* on, NEXT_BUDDY and HRTICK off. Which variable the kernel takes as
 * zero of virtual time ({@code min_vruntime} or {@code zero_vruntime}) changes no decision and is
 * not a difference here.
 */
public enum FairProfile {
    /** 6.12 before its stable back-ports ({@code fair.c} at d4ac164bde7a). */
    LINUX_6_12(
            750_000, Protection.DEADLINE_STAMP, Yield.EXTENDS_DEADLINE, false, false, true, false),
    /** 6.12.117, with the back-ported zero of virtual time and the newer yield. */
    LINUX_6_12_117(
            700_000, Protection.DEADLINE_STAMP, Yield.FORFEITS_SLICE, true, false, false, true),
    /** About 6.17 ({@code fair.c} at 0b9ca2dcabc3). */
    LINUX_6_17(700_000, Protection.VRUNTIME_MARK, Yield.EXTENDS_DEADLINE, true, true, false, true),
    /** About 6.18 ({@code fair.c} at 79f3f9bedd14). */
    LINUX_6_18(700_000, Protection.VRUNTIME_MARK, Yield.FORFEITS_SLICE, true, true, false, true);

    /** The profile of the kernel that recorded the bundled traces. */
    public static final FairProfile DEFAULT = LINUX_6_18;

    /** How the running entity's slice is protected from tree entities with earlier deadlines. */
    enum Protection {
        /** While the deadline is the one it was picked with. */
        DEADLINE_STAMP,
        /** While its vruntime is below a mark; passing the mark alone asks for a reschedule. */
        VRUNTIME_MARK
    }

    /** What {@code sched_yield} does to the running entity. */
    enum Yield {
        /** Deadline later by a slice, vruntime unchanged. */
        EXTENDS_DEADLINE,
        /** If eligible: vruntime jumps to the deadline and a new slice starts there. */
        FORFEITS_SLICE
    }

    final long normalizedSliceNs;
    final Protection protection;
    final Yield yield;
    final boolean idleLosesProtection;
    final boolean lazyResched;
    final boolean syncCountsDelayed;
    final boolean scalesRelativeDeadline;

    FairProfile(
            long normalizedSliceNs,
            Protection protection,
            Yield yield,
            boolean idleLosesProtection,
            boolean lazyResched,
            boolean syncCountsDelayed,
            boolean scalesRelativeDeadline) {
        this.normalizedSliceNs = normalizedSliceNs;
        this.protection = protection;
        this.yield = yield;
        this.idleLosesProtection = idleLosesProtection;
        this.lazyResched = lazyResched;
        this.syncCountsDelayed = syncCountsDelayed;
        this.scalesRelativeDeadline = scalesRelativeDeadline;
    }

    /**
     * Returns the base slice in ns: the normalised one times {@code 1 + floor(log2(min(cpus, 8)))}
     * ({@code get_update_sysctl_factor}, default LOG scaling).
     *
     * @param onlineCpus at least 1
     */
    public long baseSliceNs(int onlineCpus) {
        if (onlineCpus < 1) {
            throw new IllegalArgumentException("onlineCpus=" + onlineCpus + " < MIN_CPUS=1");
        }
        int log2 = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(Math.min(onlineCpus, 8));
        return normalizedSliceNs * (1 + log2);
    }

    /**
     * Returns whether this release asks for its reschedules lazily ({@code resched_curr_lazy}):
     * under the lazy preemption model they wait for the return to user mode or the next tick; under
     * every other model they are ordinary ones.
     */
    public boolean lazyResched() {
        return lazyResched;
    }
}
