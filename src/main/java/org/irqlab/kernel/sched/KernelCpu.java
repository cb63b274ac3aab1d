package org.irqlab.kernel.sched;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.TraceRing;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.cpu.InterruptEntry;
import org.irqlab.hw.cpu.VirtualCpu;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.path.KernelPath;
import org.irqlab.kernel.path.OwnCodeShare;
import org.irqlab.kernel.path.PathModel;

import java.util.List;
import java.util.function.Consumer;

/**
 * The kernel's state of one CPU: preempt count, contexts, interrupt entry and exit, tracepoints.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton only; everything is plain.
 *
 * @see "Linux kernel/softirq.c, irq_enter_rcu and irq_exit_rcu; include/linux/preempt.h"
 */
public final class KernelCpu implements InterruptEntry {
    /** Two hand-overs of the baton, at the most. */
    private static final long MOST_OVERDUE_NS = 40_000;

    private final VirtualCpu hw;
    private final Smp smp;
    private final PathModel paths;
    private final TraceRing ring;
    private final boolean stamped;
    private final OwnCodeShare ownCode = new OwnCodeShare();
    private final CpuScheduler scheduler;
    private VectorDispatch vectors;
    private BottomHalves bottomHalves;
    private Consumer<KernelCpu> backlogEmpty = cpu -> {};

    // Holder only.
    private int preemptCount;
    private long markNs;
    private long aheadNs;
    private long pathEndNs;
    private long wakingNs;
    private long workDueNs;
    private long leakedContexts;

    /**
     * Makes the kernel's side of {@code hw} and enters it in {@code smp}.
     *
     * @param ring takes this CPU's events, or null
     */
    public KernelCpu(
            VirtualCpu hw, Smp smp, SchedulerSettings settings, PathModel paths, TraceRing ring) {
        this.hw = hw;
        this.smp = smp;
        this.paths = paths;
        this.ring = ring;
        stamped = ring != null || paths != PathModel.NONE;
        scheduler = new CpuScheduler(this, smp, settings);
        smp.add(this);
        hw.setEntry(this);
    }

    /** Completes the CPU. Before it runs. */
    public void connect(VectorDispatch vectors, BottomHalves bottomHalves) {
        this.vectors = vectors;
        this.bottomHalves = bottomHalves;
    }

    /**
     * Sets who is told when an interrupt returns to a task that nobody waits for: whatever was late
     * before has been served. Interrupts are off then. Before the CPU runs.
     */
    public void setBacklogListener(Consumer<KernelCpu> listener) {
        backlogEmpty = listener;
    }

    public int id() {
        return hw.id();
    }

    public VirtualCpu hw() {
        return hw;
    }

    public Smp smp() {
        return smp;
    }

    public PathModel paths() {
        return paths;
    }

    public CpuScheduler scheduler() {
        return scheduler;
    }

    /** Returns the task whose context this CPU is in; an interrupt runs on top of it. */
    public Task current() {
        return scheduler.current();
    }

    public int preemptCount() {
        return preemptCount;
    }

    /** Spends CPU time; see {@link VirtualCpu#burn}. */
    @HotPath
    public void burn(long costNs) {
        hw.burn(costNs);
    }

    /**
     * {@inheritDoc}
     *
     * <p>On the way out it runs what softirqs are pending, and, where the interrupted code can be
     * preempted, switches to a more urgent task.
     */
    @Override
    @HotPath
    public void interrupt(int vector) {
        int interrupted = preemptCount;
        int entered = interrupted + PreemptCount.HARDIRQ_OFFSET;
        preemptCount = entered;
        hw.setAlone(false);
        if (Checks.ON) {
            Checks.invariant(
                    PreemptCount.hardirqDepth(preemptCount) == 1, "I-20: hardirq in hardirq");
        }
        vectors.dispatch(this, vector);
        if (hw.irqsEnabled() || preemptCount != entered) {
            hw.irqDisable();
            repairPreemptCount(entered);
        }
        preemptCount = interrupted;
        if (bottomHalves.pending() && !PreemptCount.inInterrupt(preemptCount)) {
            bottomHalves.interruptExit();
        }
        if (preemptCount == 0) {
            if (scheduler.needResched()) {
                scheduler.preemptFromInterrupt();
            } else if (scheduler.aloneOnCpu()) {
                backlogEmpty.accept(this);
                hw.setAlone(true);
            }
        }
    }

    @Override
    public void storm(int vector) {
        report(ReportKind.INTERRUPT_STORM, "vector " + vector, List.of());
    }

    /** The serving bit of the preempt count, set while softirqs run. Interrupts off. */
    @HotPath
    public void enterSoftirq() {
        if (Checks.ON) {
            Checks.invariant(
                    !PreemptCount.inHardirq(preemptCount)
                            && !PreemptCount.inServingSoftirq(preemptCount)
                            && PreemptCount.bhDisableDepth(preemptCount) == 0,
                    "I-22: softirq in hardirq, in softirq, or with bottom halves disabled");
        }
        preemptCount += PreemptCount.SOFTIRQ_OFFSET;
    }

    @HotPath
    public void leaveSoftirq() {
        preemptCount -= PreemptCount.SOFTIRQ_OFFSET;
    }

    /** Keeps softirqs from running on this CPU; nests. */
    @HotPath
    public void bhDisable() {
        preemptCount += PreemptCount.SOFTIRQ_DISABLE_OFFSET;
    }

    /**
     * Undoes one {@link #bhDisable}; the outermost one, outside interrupts, runs what is pending.
     * Interrupts on, not in hardirq.
     */
    @HotPath
    public void bhEnable() {
        if (Checks.ON) {
            Checks.invariant(
                    hw.irqsEnabled() && !PreemptCount.inHardirq(preemptCount),
                    "I-26: bottom halves enabled in hardirq or with interrupts off");
            Checks.invariant(
                    PreemptCount.bhDisableDepth(preemptCount) > 0, "I-26: unbalanced bhEnable");
        }
        // One preempt count stays until the softirqs have run, as in the kernel.
        preemptCount -= PreemptCount.SOFTIRQ_DISABLE_OFFSET - PreemptCount.PREEMPT_OFFSET;
        if (bottomHalves.pending() && !PreemptCount.inInterrupt(preemptCount)) {
            bottomHalves.enabled();
        }
        preemptEnable();
    }

    @HotPath
    public void preemptDisable() {
        preemptCount += PreemptCount.PREEMPT_OFFSET;
    }

    @HotPath
    public void preemptEnable() {
        preemptCount -= PreemptCount.PREEMPT_OFFSET;
        preemptIfDue();
    }

    /** Lets a more urgent task run if this is a place where the preemption model has it. */
    @HotPath
    void preemptIfDue() {
        if (preemptCount == 0 && scheduler.needResched() && hw.irqsEnabled()) {
            scheduler.preemptPoint();
        }
    }

    /** Puts the preempt count right where the code that changed it is not to blame. */
    public void restorePreemptCount(int count) {
        preemptCount = count;
    }

    /**
     * Puts the preempt count right after guest code that returned with something off or on that it
     * had found otherwise; counted.
     */
    public void repairPreemptCount(int count) {
        preemptCount = count;
        leakedContexts++;
    }

    /**
     * Returns how often a handler, a softirq or a task ended with another preempt count or
     * interrupt flag than it should.
     */
    public long leakedContexts() {
        return leakedContexts;
    }

    /** Says in the machine's log what guest code did wrong, and where. The holder. */
    public void report(ReportKind kind, String what, List<String> details) {
        smp.log().report(kind, what, CpuContext.of(this), details);
    }

    /** Records an event, and marks its time as the start of the path that follows. */
    @HotPath
    public void trace(Tracepoint event, long a, long b, long c) {
        if (stamped) {
            mark(hw.nowNs());
            if (ring != null) {
                ring.record(markNs, event, CpuContext.flags(this), current().pid(), a, b, c);
            }
        }
    }

    private void mark(long nowNs) {
        if (aheadNs > 0) {
            markNs = Math.max(nowNs, markNs + aheadNs);
            pathEndNs = markNs;
            aheadNs = 0;
        } else {
            markNs = nowNs;
            ownCode.passed(nowNs);
        }
    }

    /**
     * The next event has the time at which a path of {@code pathNs} ends, 0 for none, that began at
     * the last tracepoint; {@link #awaitPathEnd} waits for it.
     */
    @HotPath
    void aheadOfPath(long pathNs) {
        aheadNs = pathNs;
    }

    /** Spends what is left of the path whose event came ahead of its end, if any. */
    @HotPath
    void awaitPathEnd() {
        if (pathEndNs != 0) {
            hw.burnUntil(pathEndNs);
            pathEndNs = 0;
        }
    }

    /** Returns when this CPU last passed a tracepoint; the start of a kernel path. */
    @HotPath
    public long markNs() {
        return markNs;
    }

    /** The tracepoint just passed is that of a wake's begin. */
    @HotPath
    void markWaking() {
        wakingNs = markNs;
    }

    /** Returns when this CPU last began to wake a task, as the tracepoint has it. */
    @HotPath
    public long wakingNs() {
        return wakingNs;
    }

    /**
     * Burns what is left of a kernel path of {@code pathNs} that began at the last tracepoint and
     * ends at the next one.
     */
    @HotPath
    public void burnPath(KernelPath path, long pathNs) {
        long endNs = markNs + pathNs;
        if (pathNs > 0) {
            boolean late = !hw.burnUntil(endNs - ownCode.shareNs(path));
            ownCode.burnt(path, endNs, late);
        }
    }

    /**
     * Spends time until the current task, which then goes to sleep, has spent {@code costNs} since
     * {@code originNs}, less what irqlab's own code on the way to that switch takes.
     *
     * @return the origin, as {@link VirtualCpu#burnTowards} moves it
     */
    @HotPath
    public long burnToSleep(long originNs, long costNs) {
        return burnToEnd(KernelPath.SLEEP, originNs, costNs);
    }

    /**
     * The same for a top half, a bottom half or a work item, up to the tracepoint that ends it.
     *
     * @return the origin, as {@link VirtualCpu#burnTowards} moves it
     */
    @HotPath
    public long burnToEnd(long originNs, long costNs) {
        boolean top = PreemptCount.inHardirq(preemptCount);
        return burnToEnd(top ? KernelPath.TOP_END : KernelPath.BOTTOM_END, originNs, costNs);
    }

    private long burnToEnd(KernelPath path, long originNs, long costNs) {
        long burnNs = costNs - ownCode.shareNs(path);
        boolean late = HostClock.nowNs() >= originNs + burnNs;
        long origin = hw.burnTowards(originNs, burnNs);
        ownCode.burnt(path, origin + costNs, late);
        return origin;
    }

    /** A kernel path begins, where no tracepoint tells. */
    @HotPath
    public void beginPath(long nowNs) {
        markNs = nowNs;
    }

    /**
     * Spends the way of the current kernel thread, which has just been switched to, to its work.
     */
    @HotPath
    public void burnThreadStart() {
        long pathNs = paths.threadStartNs();
        workDueNs = markNs + pathNs;
        if (pathNs > 0) {
            hw.burnUntil(workDueNs);
        }
    }

    /** Spends the way of the current kernel thread from its work to the switch to sleep. */
    @HotPath
    public void burnThreadLeave() {
        long pathNs = paths.threadLeaveNs(scheduler.aloneOnCpu());
        if (pathNs > 0) {
            burnToEnd(KernelPath.THREAD_SLEEP, workDueNs(), pathNs);
        }
    }

    /** The work that ends now was to end at {@code dueNs}: what comes next begins there. */
    @HotPath
    public void setWorkDueNs(long dueNs) {
        workDueNs = dueNs;
    }

    /**
     * Returns when the work before was to end, as the model has it, ns; now, if that is too long
     * ago for irqlab's own code to be the cause.
     */
    @HotPath
    public long workDueNs() {
        long now = HostClock.nowNs();
        return now - workDueNs > MOST_OVERDUE_NS ? now : Math.min(now, workDueNs);
    }

    public TraceRing ring() {
        return ring;
    }
}
