package org.irqlab.kernel.softirq;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.locking.BottomHalfLock;
import org.irqlab.kernel.path.KernelPath;
import org.irqlab.kernel.path.PathModel;
import org.irqlab.kernel.sched.BottomHalves;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;

import java.util.List;

/**
 * The softirqs of one CPU: a pending mask, three places from which it is processed, and ksoftirqd
 * for what is left.
 *
 * <p>A raise is always for the local CPU, and a vector that is pending is pending once. The mask is
 * changed with interrupts off; a vector raised during a pass runs in the next one.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Linux kernel/softirq.c, handle_softirqs and run_ksoftirqd"
 */
public final class Softirqs implements BottomHalves {
    // Two limits, as in the kernel: the time bound is the usual one, the count bounds a clock that
    // stands still.
    static final long MAX_TIME_NS = 2_000_000;
    static final int MAX_PASSES = 10;

    // How often the kernel says that a CPU goes idle with softirqs pending.
    static final int MAX_TICK_STOPS = 10;

    // What even a runnable ksoftirqd does not hold back: tasklets.
    private static final int NOW_MASK =
            1 << SoftirqVector.HI.ordinal() | 1 << SoftirqVector.TASKLET.ordinal();

    private final KernelCpu cpu;
    private final SoftirqActions actions;
    private final SoftirqPolicy policy;
    private final long tickNs;
    private final Task ksoftirqd;
    // Who may run them on PREEMPT_RT; elsewhere null.
    private final BottomHalfLock lock;
    private final SoftirqCounts counts = new SoftirqCounts();
    private final SoftirqAges ages = new SoftirqAges();

    // Holder only.
    private int pending;

    /**
     * Makes the softirqs of {@code cpu}, with its ksoftirqd, which sleeps.
     *
     * @param actions what the vectors do, shared by all CPUs
     * @param lock who has bottom halves off on PREEMPT_RT, or null
     * @param tickNs the tick in which the 2 ms limit is counted
     */
    public Softirqs(
            KernelCpu cpu,
            SoftirqActions actions,
            SoftirqPolicy policy,
            BottomHalfLock lock,
            long tickNs,
            int ksoftirqdPid) {
        this.cpu = cpu;
        this.actions = actions;
        this.policy = policy;
        this.lock = lock;
        this.tickNs = tickNs;
        ksoftirqd =
                cpu.scheduler()
                        .newTask(
                                new Task.TaskSpec(
                                        "ksoftirqd/" + cpu.id(),
                                        ksoftirqdPid,
                                        TaskPolicy.NORMAL,
                                        true),
                                this::ksoftirqdLoop);
        ksoftirqd.setWantedCpu(cpu.id());
    }

    public Task ksoftirqd() {
        return ksoftirqd;
    }

    @Override
    @HotPath
    public boolean pending() {
        return pending != 0;
    }

    /** Returns whether {@code vector} is pending. */
    public boolean pending(SoftirqVector vector) {
        return (pending & 1 << vector.ordinal()) != 0;
    }

    /**
     * Makes {@code vector} pending on this CPU. Any context. Outside interrupts nobody would look
     * at it soon, so that wakes ksoftirqd.
     */
    @HotPath
    public void raise(SoftirqVector vector) {
        boolean irqs = cpu.hw().irqSave();
        raiseIrqsOff(vector);
        if (!PreemptCount.inInterrupt(cpu.preemptCount()) && !locked()) {
            cpu.scheduler().wake(ksoftirqd);
        }
        cpu.hw().irqRestore(irqs);
    }

    /** As {@link #raise}, but leaves ksoftirqd asleep. Interrupts off. */
    @HotPath
    public void raiseIrqsOff(SoftirqVector vector) {
        if (Checks.ON) {
            Checks.invariant(!cpu.hw().irqsEnabled(), "softirq raised with interrupts on");
        }
        cpu.trace(Tracepoint.SOFTIRQ_RAISE, vector.ordinal(), 0, 0);
        int number = vector.ordinal();
        counts.addRaised(number);
        if ((pending & 1 << number) != 0) {
            counts.addMerged(number);
        } else {
            pending |= 1 << number;
            ages.raised(number, cpu.hw().lookedNs());
        }
    }

    @Override
    @HotPath
    public void interruptExit() {
        if (policy == SoftirqPolicy.NOT_AT_INTERRUPT_EXIT) {
            if (!locked()) {
                counts.addHeldBack();
                cpu.scheduler().wake(ksoftirqd);
            }
        } else if (!heldBack()) {
            process(cpu.paths().softirqEntryNs(false));
        }
    }

    @Override
    @HotPath
    public void enabled() {
        boolean irqs = cpu.hw().irqSave();
        if (pending != 0 && !heldBack()) {
            process(cpu.paths().softirqEntryNs(true));
        }
        cpu.hw().irqRestore(irqs);
    }

    @Override
    public void defer() {
        counts.addHeldBack();
        cpu.scheduler().wake(ksoftirqd);
    }

    @Override
    public void lock(Task self) {
        lock.lock(self);
    }

    @Override
    public void unlock(Task self) {
        lock.unlock(self);
    }

    @Override
    public boolean lockedBy(Task task) {
        return lock.heldBy(task);
    }

    /** Whether a task is to run what is pending before it gives the lock back. */
    @HotPath
    private boolean locked() {
        return lock != null && lock.held();
    }

    /** Whether the older policy leaves all of it to a ksoftirqd that is runnable. */
    @HotPath
    private boolean heldBack() {
        if (policy != SoftirqPolicy.KSOFTIRQD_FIRST
                || (pending & NOW_MASK) != 0
                || !ksoftirqd.runnable()) {
            return false;
        }
        counts.addHeldBack();
        return true;
    }

    /** Processes what is pending. Entered and left with interrupts off. */
    @HotPath
    private void process(long entryPathNs) {
        cpu.enterSoftirq();
        // No look at the clock of its own: one costs as much as all the rest of an empty softirq.
        long beganNs = cpu.hw().lookedNs();
        KernelPath path = KernelPath.SOFTIRQ_ENTRY;
        long pathNs = entryPathNs;
        int passes = MAX_PASSES;
        while (true) {
            int snapshot = pending;
            // Before interrupts are on: what is raised from here on is for the next pass.
            pending = 0;
            ages.passBegins();
            counts.addPass();
            pass(snapshot, path, pathNs);
            if (pending == 0) {
                counts.addRanDry();
                break;
            }
            // A poll point: without one the tick would never come to softirqs that only spin.
            long now = cpu.hw().poll();
            if (!inTime(beganNs, now) || cpu.scheduler().needResched() || --passes == 0) {
                handOver();
                break;
            }
            path = KernelPath.SOFTIRQ_NEXT;
            pathNs = cpu.paths().softirqNextNs();
        }
        cpu.leaveSoftirq();
    }

    /**
     * The kernel compares ticks: "2 ms" ends at the next tick edge that is at least that many ticks
     * away.
     */
    @HotPath
    private boolean inTime(long beganNs, long nowNs) {
        long ticks = Math.floorDiv(nowNs, tickNs) - Math.floorDiv(beganNs, tickNs);
        return ticks < Math.ceilDiv(MAX_TIME_NS, tickNs);
    }

    private void handOver() {
        counts.addHandedOver();
        cpu.scheduler().wake(ksoftirqd);
        if (Checks.ON) {
            Checks.invariant(
                    ksoftirqd.runnable() || cpu.smp().stopping(),
                    "I-41: softirqs left over with ksoftirqd asleep");
        }
    }

    private void pass(int snapshot, KernelPath first, long firstPathNs) {
        PathModel paths = cpu.paths();
        KernelPath path = first;
        long pathNs = firstPathNs;
        cpu.hw().irqEnable();
        boolean begins = true;
        for (int left = snapshot; left != 0; left &= left - 1) {
            int vector = Integer.numberOfTrailingZeros(left);
            cpu.pathClock().burnPath(path, pathNs);
            path = KernelPath.SOFTIRQ_NEXT;
            pathNs = paths.softirqNextNs();
            // An action before this one may have taken its time without a look at the clock.
            ages.starts(vector, begins ? cpu.hw().lookedNs() : HostClock.nowNs());
            begins = false;
            runVector(vector);
        }
        cpu.hw().irqDisable();
    }

    private void runVector(int vector) {
        long mark = cpu.contextMark();
        cpu.trace(Tracepoint.SOFTIRQ_ENTRY, vector, 0, 0);
        counts.addRan(vector);
        actions.run(vector, cpu);
        cpu.trace(Tracepoint.SOFTIRQ_EXIT, vector, 0, 0);
        cpu.checkReturn(mark, "softirq", SoftirqVector.of(vector).name());
    }

    /**
     * The CPU stops its tick because it is idle: nothing should be pending then (I-27), unless the
     * task that has the lock sleeps.
     */
    @HotPath
    public void tickStops() {
        var kind = ReportKind.SOFTIRQ_PENDING_AT_IDLE;
        if (pending != 0 && !locked() && cpu.smp().log().count(kind) < MAX_TICK_STOPS) {
            cpu.report(kind, "handler #%02x".formatted(pending), List.of());
        }
    }

    private void ksoftirqdLoop(Task self) {
        while (true) {
            self.prepareToSleep('S');
            if (pending == 0) {
                cpu.scheduler().schedule();
                continue;
            }
            self.finishSleep();
            runInThread(self);
            cpu.scheduler().reschedulePoint();
        }
    }

    private void runInThread(Task self) {
        if (lock != null) {
            lock.lock(self);
        }
        cpu.hw().irqDisable();
        if (pending != 0) {
            process(0);
        }
        cpu.hw().irqEnable();
        // What comes here is seen by the loop.
        if (lock != null) {
            lock.unlock(self);
        }
    }

    /** Returns what became of the raises. Any thread. */
    public SoftirqCounts counts() {
        return counts;
    }

    /** Returns how long vectors waited for their action. Any thread. */
    public SoftirqAges ages() {
        return ages;
    }

    public long raised(SoftirqVector vector) {
        return counts.raised(vector);
    }

    public long ran(SoftirqVector vector) {
        return counts.ran(vector);
    }

    /** Returns how often the limits left work to ksoftirqd. */
    public long handedOver() {
        return counts.handedOver();
    }
}
