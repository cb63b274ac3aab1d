package org.irqlab.kernel.sched;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.TraceRing;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.cpu.InterruptEntry;
import org.irqlab.hw.cpu.VirtualCpu;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.path.PathClock;
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
    private final VirtualCpu hw;
    private final Smp smp;
    private final PathModel paths;
    private final TraceRing ring;
    private final boolean stamped;
    private final boolean realTime;
    // The part of the preempt count that keeps a task on its CPU.
    private final int atomicMask;
    private final PathClock pathClock;
    private final CpuScheduler scheduler;
    private final ThreadPaths threadPaths = new ThreadPaths(this);
    private VectorDispatch vectors;
    private BottomHalves bottomHalves;
    private Consumer<KernelCpu> backlogEmpty = cpu -> {};

    // Holder only.
    private int preemptCount;
    private boolean hardirqThreadable;
    private long leakedContexts;
    // Set before the CPU runs; null if nobody wants to know.
    private CpuTimes times;

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
        pathClock = new PathClock(hw);
        realTime = settings.preempt().realTime();
        atomicMask = realTime ? ~PreemptCount.SOFTIRQ_MASK : ~0;
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

    /**
     * Returns whether the current context has to keep the CPU: anything is disabled, or an
     * interrupt is served. On PREEMPT_RT softirqs, and bottom halves that are off, do not count.
     */
    @HotPath
    public boolean atomic() {
        return (preemptCount & atomicMask) != 0;
    }

    /** Returns whether this CPU's machine is one with PREEMPT_RT. */
    public boolean realTime() {
        return realTime;
    }

    /** The handler that runs next could be moved into a thread, or cannot. Hardirq context. */
    @HotPath
    public void setHardirqThreadable(boolean threadable) {
        hardirqThreadable = threadable;
    }

    /** Returns whether the handler that runs could be moved into a thread. */
    public boolean hardirqThreadable() {
        return hardirqThreadable;
    }

    /** The task that left its CPU with {@code count} has it again. Interrupts off. */
    @HotPath
    void resumeContext(int count) {
        preemptCount = count;
        if (PreemptCount.inServingSoftirq(count)) {
            enterTime(CpuTimes.Kind.SOFTIRQ);
        }
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
        int locks = current().locks().depth();
        preemptCount = entered;
        hw.setAlone(false);
        CpuTimes.Kind before = enterTime(CpuTimes.Kind.HARDIRQ);
        if (Checks.ON) {
            Checks.invariant(
                    PreemptCount.hardirqDepth(preemptCount) == 1, "I-20: hardirq in hardirq");
        }
        vectors.dispatch(this, vector);
        if (hw.irqsEnabled() || preemptCount != entered || current().locks().depth() != locks) {
            ContextRules.repairInterrupt(this, entered, locks, vector);
        }
        preemptCount = interrupted;
        enterTime(before);
        if (bottomHalves.pending() && !PreemptCount.inInterrupt(preemptCount)) {
            bottomHalves.interruptExit();
        }
        if ((preemptCount & atomicMask) == 0) {
            if (scheduler.needResched()) {
                scheduler.preemptFromInterrupt();
            } else if (preemptCount == 0 && scheduler.aloneOnCpu()) {
                backlogEmpty.accept(this);
                hw.setAlone(true);
            }
        }
    }

    /** Has the CPU count its time into {@code times}. Before it runs. */
    public void account(CpuTimes times) {
        this.times = times;
    }

    /** The time from now on counts for {@code kind}; returns what it counted for before. */
    @HotPath
    CpuTimes.Kind enterTime(CpuTimes.Kind kind) {
        return times == null ? null : times.enter(kind);
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
        enterTime(CpuTimes.Kind.SOFTIRQ);
    }

    @HotPath
    public void leaveSoftirq() {
        preemptCount -= PreemptCount.SOFTIRQ_OFFSET;
        enterTime(scheduler.idling() ? CpuTimes.Kind.IDLE : CpuTimes.Kind.TASK);
    }

    /**
     * Keeps softirqs from running on this CPU; nests. On PREEMPT_RT the outermost one may sleep:
     * only one task of a CPU has them off.
     */
    @HotPath
    public void bhDisable() {
        if (realTime && !PreemptCount.inSoftirq(preemptCount)) {
            PreemptibleBottomHalves.disable(this, bottomHalves);
        }
        preemptCount += PreemptCount.SOFTIRQ_DISABLE_OFFSET;
    }

    /**
     * Undoes one {@link #bhDisable}; the outermost one, outside interrupts, runs what is pending.
     * Interrupts on, not in hardirq.
     */
    @HotPath
    public void bhEnable() {
        if (!ContextRules.mayEnableBh(this)) {
            return;
        }
        if (realTime) {
            PreemptibleBottomHalves.enable(this, bottomHalves);
            return;
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
        if (PreemptCount.preemptDepth(preemptCount) == 0) {
            ContextRules.unbalanced(this, "enabling of preemption");
            return;
        }
        preemptCount -= PreemptCount.PREEMPT_OFFSET;
        preemptIfDue();
    }

    /** One step of spinning for what another CPU does: polls. Ends with the machine. */
    @HotPath
    public void spinStep() {
        hw.poll();
        if (smp.stopping()) {
            throw new TaskExit();
        }
    }

    /** Lets a more urgent task run if this is a place where the preemption model has it. */
    @HotPath
    void preemptIfDue() {
        if ((preemptCount & atomicMask) == 0 && scheduler.needResched() && hw.irqsEnabled()) {
            scheduler.preemptPoint();
        }
    }

    /**
     * What comes next may sleep: a task, with nothing disabled, may call it. Anything else is
     * reported, at most once a second.
     *
     * @param what names it
     */
    @HotPath
    public void mightSleep(String what) {
        if (preemptCount != 0 || !hw.irqsEnabled() || !scheduler.runningTask()) {
            ContextRules.mayNotSleep(this, what);
        } else {
            scheduler.voluntaryPoint();
        }
    }

    /**
     * The same for what sleeps on PREEMPT_RT only, a spin lock: bottom halves may be off, and a
     * sleep announced.
     */
    public void mightSleepInLock(String what) {
        if (atomic() || !hw.irqsEnabled() || scheduler.idling()) {
            ContextRules.mayNotSleep(this, what);
        }
    }

    /** Returns what guest code has to leave as it finds it, for {@link #checkReturn}. */
    @HotPath
    public long contextMark() {
        return ContextRules.mark(this);
    }

    /**
     * Looks whether guest code left what it found; if not, reports it by name and puts it right.
     * The CPU on which it returned.
     */
    @HotPath
    public void checkReturn(long mark, String kind, String name) {
        if (contextMark() != mark) {
            ContextRules.repair(this, mark, kind, name);
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
        int found = preemptCount;
        preemptCount = count;
        if (realTime) {
            PreemptibleBottomHalves.repaired(this, bottomHalves, found);
        }
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
            long now = pathClock.mark(hw.nowNs());
            if (ring != null) {
                ring.record(now, event, CpuContext.flags(this), current().pid(), a, b, c);
            }
        }
    }

    /**
     * Records an event of NMI context: unlike other events it leaves alone what the interrupted
     * code knows of its path.
     */
    public void traceInNmi(Tracepoint event, long a, long b, long c) {
        if (ring != null) {
            ring.record(HostClock.nowNs(), event, CpuContext.flags(this), current().pid(), a, b, c);
        }
    }

    /** Returns where the kernel path that this CPU is on began. */
    @HotPath
    public PathClock pathClock() {
        return pathClock;
    }

    /** Returns the ways of this CPU's kernel threads to their work and from it. */
    @HotPath
    public ThreadPaths threadPaths() {
        return threadPaths;
    }

    public TraceRing ring() {
        return ring;
    }
}
