package org.irqlab.kernel.softirq;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.path.KernelPath;
import org.irqlab.kernel.path.PathModel;
import org.irqlab.kernel.sched.BottomHalves;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;

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

    private final KernelCpu cpu;
    private final SoftirqAction[] actions;
    private final long tickNs;
    private final Task ksoftirqd;

    // Holder only.
    private int pending;
    private final long[] raised = new long[SoftirqVector.count()];
    private final long[] ran = new long[SoftirqVector.count()];
    private long handedOver;

    /**
     * Makes the softirqs of {@code cpu}, with its ksoftirqd, which sleeps.
     *
     * @param actions by vector number, shared by all CPUs; null for a vector that nothing serves
     * @param tickNs the tick in which the 2 ms limit is counted
     */
    public Softirqs(KernelCpu cpu, SoftirqAction[] actions, long tickNs, int ksoftirqdPid) {
        this.cpu = cpu;
        this.actions = actions;
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
        if (!PreemptCount.inInterrupt(cpu.preemptCount())) {
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
        pending |= 1 << vector.ordinal();
        raised[vector.ordinal()]++;
    }

    @Override
    @HotPath
    public void interruptExit() {
        process(cpu.paths().softirqEntryNs(false));
    }

    @Override
    @HotPath
    public void enabled() {
        boolean irqs = cpu.hw().irqSave();
        if (pending != 0) {
            process(cpu.paths().softirqEntryNs(true));
        }
        cpu.hw().irqRestore(irqs);
    }

    /** Processes what is pending. Entered and left with interrupts off. */
    @HotPath
    private void process(long entryPathNs) {
        cpu.enterSoftirq();
        // The kernel compares ticks: "2 ms" ends at the next tick edge that is at least that many
        // ticks away.
        long start = HostClock.nowNs();
        long limitTicks = Math.ceilDiv(MAX_TIME_NS, tickNs);
        long endTick = Math.floorDiv(start, tickNs) + limitTicks;
        KernelPath path = KernelPath.SOFTIRQ_ENTRY;
        long pathNs = entryPathNs;
        int passes = MAX_PASSES;
        while (true) {
            int snapshot = pending;
            // Before interrupts are on: what is raised from here on is for the next pass.
            pending = 0;
            pass(snapshot, path, pathNs);
            if (pending == 0) {
                break;
            }
            boolean inTime = Math.floorDiv(HostClock.nowNs(), tickNs) < endTick;
            if (!inTime || cpu.scheduler().needResched() || --passes == 0) {
                handedOver++;
                cpu.scheduler().wake(ksoftirqd);
                break;
            }
            path = KernelPath.SOFTIRQ_NEXT;
            pathNs = cpu.paths().softirqNextNs();
        }
        cpu.leaveSoftirq();
    }

    private void pass(int snapshot, KernelPath first, long firstPathNs) {
        PathModel paths = cpu.paths();
        KernelPath path = first;
        long pathNs = firstPathNs;
        cpu.hw().irqEnable();
        for (int left = snapshot; left != 0; left &= left - 1) {
            int vector = Integer.numberOfTrailingZeros(left);
            cpu.burnPath(path, pathNs);
            path = KernelPath.SOFTIRQ_NEXT;
            pathNs = paths.softirqNextNs();
            long mark = cpu.contextMark();
            cpu.trace(Tracepoint.SOFTIRQ_ENTRY, vector, 0, 0);
            ran[vector]++;
            SoftirqAction action = actions[vector];
            if (action != null) {
                action.run(cpu);
            }
            cpu.trace(Tracepoint.SOFTIRQ_EXIT, vector, 0, 0);
            cpu.checkReturn(mark, "softirq", SoftirqVector.of(vector).name());
        }
        cpu.hw().irqDisable();
    }

    private void ksoftirqdLoop(Task self) {
        while (true) {
            self.prepareToSleep('S');
            if (pending == 0) {
                cpu.scheduler().schedule();
                continue;
            }
            self.finishSleep();
            cpu.hw().irqDisable();
            if (pending != 0) {
                process(0);
            }
            cpu.hw().irqEnable();
            cpu.scheduler().reschedulePoint();
        }
    }

    public long raised(SoftirqVector vector) {
        return raised[vector.ordinal()];
    }

    public long ran(SoftirqVector vector) {
        return ran[vector.ordinal()];
    }

    /** Returns how often the limits left work to ksoftirqd. */
    public long handedOver() {
        return handedOver;
    }
}
