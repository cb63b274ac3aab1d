package org.irqlab.kernel.softirq;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * The tasklets of one CPU at one priority: a FIFO list that the vector's action takes whole.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Linux kernel/softirq.c, tasklet_action_common"
 */
public final class Tasklets implements SoftirqAction {
    /** Passes in a row that find a tasklet disabled, after which that is reported. */
    public static final int MANY_SPINS = 10_000;

    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int SCHEDULED = 0;
    private static final int COALESCED = 1;
    private static final int RAN = 2;
    private static final int DISABLED_SPINS = 3;
    private static final int RUNS_ELSEWHERE = 4;

    private final KernelCpu cpu;
    private final Softirqs softirqs;
    private final SoftirqVector vector;

    // Holder only, interrupts off.
    private Tasklet first;
    private Tasklet last;

    // Holder only, opaque for the readers.
    private final long[] counts = new long[RUNS_ELSEWHERE + 1];

    /**
     * Makes the list that {@code vector} serves.
     *
     * @param vector TASKLET, or HI for high-priority tasklets
     */
    public Tasklets(KernelCpu cpu, Softirqs softirqs, SoftirqVector vector) {
        this.cpu = cpu;
        this.softirqs = softirqs;
        this.vector = vector;
    }

    /**
     * Schedules {@code tasklet} on this CPU. Any context.
     *
     * @return {@code false} when it was scheduled already, here or elsewhere: one run will serve
     *     both
     */
    @HotPath
    public boolean schedule(Tasklet tasklet) {
        if (!tasklet.trySchedule()) {
            count(COALESCED);
            return false;
        }
        boolean irqs = cpu.hw().irqSave();
        count(SCHEDULED);
        append(tasklet);
        softirqs.raise(vector);
        cpu.hw().irqRestore(irqs);
        return true;
    }

    private void append(Tasklet tasklet) {
        tasklet.next = null;
        tasklet.listCpu = cpu.id();
        if (last == null) {
            first = tasklet;
        } else {
            last.next = tasklet;
        }
        last = tasklet;
    }

    @Override
    @HotPath
    public void run(KernelCpu self) {
        boolean irqs = cpu.hw().irqSave();
        Tasklet tasklet = first;
        first = null;
        last = null;
        cpu.hw().irqRestore(irqs);
        while (tasklet != null) {
            Tasklet following = tasklet.next;
            tasklet.next = null;
            runOne(tasklet);
            tasklet = following;
        }
    }

    private void runOne(Tasklet tasklet) {
        if (!tasklet.tryRun()) {
            count(RUNS_ELSEWHERE);
        } else if (tasklet.enabled()) {
            if (Checks.ON) {
                // While SCHED keeps others from putting it on a list of theirs.
                Checks.invariant(
                        tasklet.listCpu == cpu.id() || !tasklet.scheduled(),
                        "I-46: tasklet on another CPU's list");
            }
            tasklet.spins = 0;
            if (tasklet.beginRun()) {
                tasklet.waiters.wakeAny(cpu);
                call(tasklet);
            } else {
                cpu.report(ReportKind.TASKLET_NOT_SCHEDULED, tasklet.toString(), List.of());
            }
            tasklet.endRun();
            tasklet.waiters.wakeAny(cpu);
            return;
        } else {
            boolean many = ++tasklet.spins == MANY_SPINS;
            tasklet.endRun();
            count(DISABLED_SPINS);
            if (many) {
                var details = List.of(MANY_SPINS + " passes in a row");
                cpu.report(ReportKind.TASKLET_DISABLED_SPIN, tasklet.toString(), details);
            }
            // A kill that waits looks at its limit.
            tasklet.waiters.wakeAny(cpu);
        }
        // Runs elsewhere, or is disabled: try again in the next pass.
        boolean irqs = cpu.hw().irqSave();
        append(tasklet);
        softirqs.raiseIrqsOff(vector);
        cpu.hw().irqRestore(irqs);
    }

    private void call(Tasklet tasklet) {
        if (Checks.ON) {
            Checks.invariant(tasklet.runCpu == Tasklet.NO_CPU, "I-44: tasklet on two CPUs");
            tasklet.runCpu = cpu.id();
        }
        cpu.trace(Tracepoint.TASKLET_ENTRY, tasklet.number, tasklet.nameId, 0);
        count(RAN);
        long mark = cpu.contextMark();
        tasklet.function.run(cpu);
        cpu.checkReturn(mark, "tasklet", tasklet.label);
        cpu.trace(Tracepoint.TASKLET_EXIT, tasklet.number, tasklet.nameId, 0);
        if (Checks.ON) {
            tasklet.runCpu = Tasklet.NO_CPU;
        }
    }

    /**
     * Takes over what is on the list of a CPU that has gone, and sees to it that it runs here.
     *
     * <p>{@code dead} touches its list no more, and what it did is visible to this CPU: as after a
     * call from there.
     *
     * @see "Linux kernel/softirq.c, takeover_tasklets"
     */
    public void takeOver(Tasklets dead) {
        boolean irqs = cpu.hw().irqSave();
        for (Tasklet tasklet = dead.first; tasklet != null; ) {
            Tasklet following = tasklet.next;
            append(tasklet);
            tasklet = following;
        }
        dead.first = null;
        dead.last = null;
        softirqs.raise(vector);
        cpu.hw().irqRestore(irqs);
    }

    private void count(int slot) {
        COUNT.setOpaque(counts, slot, counts[slot] + 1);
    }

    private long read(int slot) {
        return (long) COUNT.getOpaque(counts, slot);
    }

    /** Returns how many calls put a tasklet on this list. Any thread, as the other counters. */
    public long scheduled() {
        return read(SCHEDULED);
    }

    /** Returns how many calls found their tasklet scheduled. */
    public long coalesced() {
        return read(COALESCED);
    }

    public long ran() {
        return read(RAN);
    }

    /**
     * Returns how often a tasklet was put back because it was disabled. Each time costs a pass of
     * the softirqs: one that stays scheduled keeps ksoftirqd busy for ever. {@value #MANY_SPINS} in
     * a row are reported.
     */
    public long disabledSpins() {
        return read(DISABLED_SPINS);
    }

    /** Returns how often a tasklet was put back because another CPU ran it. */
    public long elsewhereSpins() {
        return read(RUNS_ELSEWHERE);
    }
}
