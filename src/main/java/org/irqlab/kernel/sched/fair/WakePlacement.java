package org.irqlab.kernel.sched.fair;

import org.irqlab.base.HotPath;

/**
 * Chooses the CPU for a waking fair task, and how the wake-up gets there: {@code
 * select_task_rq_fair}, {@code wake_affine}, {@code select_idle_sibling} and {@code
 * ttwu_queue_cond} of Linux for CPUs that share the last-level cache.
 *
 * <p>In short: the CPU it came from if that is idle; else another idle one; else it stays, or goes
 * to its waker if that is about to sleep or carries less load. Delayed tasks skip all this and wake
 * where they are.
 *
 * <p><b>Threads.</b> Any waker, with its own {@link WakeRequest}; the view decides what it sees.
 * Allocates nothing.
 *
 * <p>SIMPLIFIED: one cache domain, equal capacities, no energy model, no core scheduling; no search
 * for wholly idle SMT cores ({@code has_idle_cores} is false); new tasks (fork, exec) are not
 * placed here. Load averages come from the view, so how PELT decays is the view's business.
 *
 * @see "Linux kernel/sched/fair.c, kernel/sched/core.c"
 */
public final class WakePlacement {
    /** {@code imbalance_pct} of the cache domain and of an SMT core. */
    private static final int CACHE_IMBALANCE_PCT = 117;

    private static final int SMT_IMBALANCE_PCT = 110;
    private static final int NONE = -1;
    private static final long FULL_CAPACITY = 1024;

    private final CpuView view;
    private final boolean syncCountsDelayed;

    /**
     * @param profile decides whether delayed tasks count against a sync wake-up
     */
    public WakePlacement(FairProfile profile, CpuView view) {
        this.syncCountsDelayed = profile.syncCountsDelayed;
        this.view = view;
    }

    /**
     * Chooses the CPU.
     *
     * @return a CPU of {@link WakeRequest#allowed}
     * @throws IllegalStateException if no allowed CPU is active
     */
    @HotPath
    public int select(WakeRequest r) {
        if (Long.bitCount(r.allowed) == 1) {
            return Long.numberOfTrailingZeros(r.allowed);
        }
        r.waker.wakes(r.wakee, r.nowNs);
        boolean thisAllowed = contains(r.allowed, r.thisCpu);
        if (r.onThisCpu && thisAllowed) {
            return r.thisCpu;
        }
        int target = r.prevCpu;
        if (r.thisCpu != r.prevCpu
                && thisAllowed
                && !WakeHistory.wide(r.waker, r.wakee, Long.bitCount(view.cpus()))) {
            target = affine(r);
        }
        int cpu = idleSibling(r, target);
        return contains(r.allowed, cpu) && view.active(cpu) ? cpu : fallback(r.allowed);
    }

    /**
     * Returns whether the wake-up of a task on {@code target} goes through that CPU's wake list and
     * an interrupt, the target doing the rest (and {@code sync} forgotten); otherwise the waker
     * takes the target's queue itself, enqueues and runs the preemption test there. Not to be asked
     * under PREEMPT_RT, where TTWU_QUEUE is off.
     */
    @HotPath
    public boolean usesWakeList(int thisCpu, int target) {
        return target != thisCpu && view.active(target) && view.nrRunning(target) == 0;
    }

    /**
     * Returns {@code nr_idle_scan} for a cache domain ({@code update_idle_cpu_scan}): all CPUs
     * while it is idle, none at about 85 % utilisation.
     *
     * @param utilSum sum of the CPUs' utilisation averages, 1024 each at most
     */
    public static int idleScanLimit(long utilSum, int cpus) {
        long mean = utilSum / cpus;
        long scaled =
                mean
                        * mean
                        * (CACHE_IMBALANCE_PCT * CACHE_IMBALANCE_PCT)
                        / (10_000 * FULL_CAPACITY);
        long left = FULL_CAPACITY - Math.min(FULL_CAPACITY, scaled);
        return (int) (left * cpus / FULL_CAPACITY);
    }

    /** {@code wake_affine}: this CPU or the previous one. */
    private int affine(WakeRequest r) {
        boolean prevIdle = view.idle(r.prevCpu);
        if (view.idle(r.thisCpu)) {
            return prevIdle ? r.prevCpu : r.thisCpu;
        }
        boolean sync = r.sync && !r.wakerExits;
        if (sync && awake(r.thisCpu) == 1) {
            return r.thisCpu;
        }
        return !prevIdle && lighterHere(r, sync) ? r.thisCpu : r.prevCpu;
    }

    private int awake(int cpu) {
        return syncCountsDelayed ? view.nrRunning(cpu) : view.nrRunning(cpu) - view.nrDelayed(cpu);
    }

    /** {@code wake_affine_weight}, for equal capacities. */
    private boolean lighterHere(WakeRequest r, boolean sync) {
        long here = view.load(r.thisCpu);
        if (sync) {
            if (r.wakerLoad > here) {
                return true;
            }
            here -= r.wakerLoad;
        }
        boolean siblings = contains(view.smtSiblings(r.thisCpu), r.prevCpu);
        int imbalancePct = siblings ? SMT_IMBALANCE_PCT : CACHE_IMBALANCE_PCT;
        long there = (view.load(r.prevCpu) - r.wakeeLoad) * (100 + (imbalancePct - 100) / 2);
        return (here + r.wakeeLoad) * 100 < (sync ? there + 1 : there);
    }

    /** {@code select_idle_sibling}: the idle CPU nearest to {@code target}, or that itself. */
    private int idleSibling(WakeRequest r, int target) {
        int prev = r.prevCpu;
        if (free(target)) {
            return target;
        }
        if (prev != target && free(prev)) {
            return prev;
        }
        // A bound kworker wakes whom it worked for, and is as good as asleep.
        if (r.wakerIsBoundKthread && prev == r.thisCpu && view.nrRunning(prev) <= 1) {
            return prev;
        }
        int recent = r.wakee.exchangeRecentCpu(prev);
        if (recent != prev
                && recent != target
                && contains(r.allowed & view.cpus(), recent)
                && free(recent)) {
            return recent;
        }
        int sibling = scan(view.smtSiblings(prev) & r.allowed & ~(1L << prev), 0, Long.SIZE);
        if (sibling != NONE) {
            return sibling;
        }
        int found = scan(view.cpus() & r.allowed, target + 1, view.idleScanLimit());
        return found == NONE ? target : found;
    }

    /** Examines at most {@code limit} CPUs of {@code mask}, from {@code start} on and around. */
    private int scan(long mask, int start, int limit) {
        // Shift counts are modulo 64: a start of 64 means 0, which is the same circle.
        long after = mask & (-1L << start);
        int found = scanPart(after, limit);
        return found == NONE ? scanPart(mask & ~after, limit - Long.bitCount(after)) : found;
    }

    private int scanPart(long mask, int limit) {
        long rest = mask;
        for (int left = limit; left > 0 && rest != 0; left--) {
            int cpu = Long.numberOfTrailingZeros(rest);
            if (free(cpu)) {
                return cpu;
            }
            rest &= rest - 1;
        }
        return NONE;
    }

    /** Idle, or running nothing but SCHED_IDLE tasks ({@code sched_idle_cpu}). */
    private boolean free(int cpu) {
        if (view.idle(cpu)) {
            return true;
        }
        int nr = view.nrRunning(cpu);
        return nr > 0 && nr == view.nrIdlePolicy(cpu);
    }

    /** {@code select_fallback_rq}: the lowest allowed CPU that is active. */
    private int fallback(long allowed) {
        for (long rest = allowed & view.cpus(); rest != 0; rest &= rest - 1) {
            int cpu = Long.numberOfTrailingZeros(rest);
            if (view.active(cpu)) {
                return cpu;
            }
        }
        throw new IllegalStateException(
                "no active CPU among allowed=0x" + Long.toHexString(allowed));
    }

    private static boolean contains(long mask, int cpu) {
        return (mask >>> cpu & 1) != 0;
    }
}
