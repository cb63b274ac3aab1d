package org.irqlab.kernel.softirq;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * The tasklets of one CPU at one priority: a FIFO list that the vector's action takes whole.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Linux kernel/softirq.c, tasklet_action_common"
 */
public final class Tasklets implements SoftirqAction {
    private final KernelCpu cpu;
    private final Softirqs softirqs;
    private final SoftirqVector vector;

    // Holder only, interrupts off.
    private Tasklet first;
    private Tasklet last;
    private long scheduled;
    private long coalesced;
    private long ran;

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
            coalesced++;
            return false;
        }
        boolean irqs = cpu.hw().irqSave();
        scheduled++;
        append(tasklet);
        softirqs.raise(vector);
        cpu.hw().irqRestore(irqs);
        return true;
    }

    private void append(Tasklet tasklet) {
        tasklet.next = null;
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
        if (tasklet.tryRun()) {
            if (tasklet.enabled()) {
                boolean was = tasklet.beginRun();
                if (Checks.ON) {
                    Checks.invariant(was, "tasklet on a list without SCHED");
                }
                cpu.trace(Tracepoint.TASKLET_ENTRY, tasklet.number, tasklet.nameId, 0);
                ran++;
                long mark = cpu.contextMark();
                tasklet.function.run(cpu);
                cpu.checkReturn(mark, "tasklet", tasklet.label);
                cpu.trace(Tracepoint.TASKLET_EXIT, tasklet.number, tasklet.nameId, 0);
                tasklet.endRun();
                return;
            }
            tasklet.endRun();
        }
        // Runs elsewhere, or is disabled: try again in the next pass.
        boolean irqs = cpu.hw().irqSave();
        append(tasklet);
        softirqs.raiseIrqsOff(vector);
        cpu.hw().irqRestore(irqs);
    }

    public long scheduled() {
        return scheduled;
    }

    public long coalesced() {
        return coalesced;
    }

    public long ran() {
        return ran;
    }
}
