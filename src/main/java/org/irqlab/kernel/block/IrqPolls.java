package org.irqlab.kernel.block;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.softirq.SoftirqVector;

/**
 * IRQ_POLL of one machine: polls queues in turn, until nothing is left, the budget of completions
 * is used up, or a tick has passed.
 *
 * <p><b>Threads.</b> Made before the machine starts; then any holder.
 *
 * @see "Linux lib/irq_poll.c, irq_poll_softirq"
 */
public final class IrqPolls {
    private static final int BUDGET = 256;

    private final Machine machine;
    private final long tickNs;
    private final CpuList[] lists;

    /** The queues that one CPU polls. Its holder only, interrupts off. */
    private static final class CpuList {
        private IrqPoll first;
        private IrqPoll last;
        private long runs;
        private long rearmed;

        void add(IrqPoll poll) {
            poll.next = null;
            poll.onList = true;
            if (last == null) {
                first = poll;
            } else {
                last.next = poll;
            }
            last = poll;
        }

        /** Takes {@code poll}, which is the first one but for a guest error, off the list. */
        void remove(IrqPoll poll) {
            IrqPoll before = null;
            for (IrqPoll each = first; each != poll; each = each.next) {
                before = each;
            }
            if (before == null) {
                first = poll.next;
            } else {
                before.next = poll.next;
            }
            if (last == poll) {
                last = before;
            }
            poll.next = null;
            poll.onList = false;
        }
    }

    /** Gives IRQ_POLL of {@code machine} to the queues; the tick is that of {@code tickNs}. */
    public IrqPolls(Machine machine, long tickNs) {
        this.machine = machine;
        this.tickNs = tickNs;
        lists = new CpuList[machine.cpus()];
        for (int cpu = 0; cpu < lists.length; cpu++) {
            lists[cpu] = new CpuList();
        }
        machine.setSoftirqAction(SoftirqVector.IRQ_POLL, this::run);
        machine.addTakeOver(this::takeOver);
    }

    /**
     * Has {@code poll} polled on this CPU. Any context.
     *
     * @return {@code false} if it is scheduled or disabled: nothing happens
     */
    @HotPath
    public boolean schedule(IrqPoll poll, KernelCpu cpu) {
        if (!poll.trySchedule()) {
            return false;
        }
        boolean irqs = cpu.hw().irqSave();
        lists[cpu.id()].add(poll);
        machine.softirqs(cpu.id()).raise(SoftirqVector.IRQ_POLL);
        cpu.hw().irqRestore(irqs);
        return true;
    }

    /** A poll that did less than its budget is done. By the poll function, on its CPU. */
    @HotPath
    public void complete(IrqPoll poll, KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        if (poll.onList) {
            lists[cpu.id()].remove(poll);
        }
        if (Checks.ON) {
            Checks.invariant(poll.owned(), "irq_poll completed without SCHED");
        }
        poll.release();
        cpu.hw().irqRestore(irqs);
        poll.waiters.wakeAny(cpu);
    }

    @HotPath
    private void run(KernelCpu cpu) {
        CpuList list = lists[cpu.id()];
        list.runs++;
        int budget = BUDGET;
        long startTick = tick();
        boolean rearm = false;
        cpu.hw().irqDisable();
        while (list.first != null && !rearm) {
            if (budget <= 0 || tick() > startTick) {
                rearm = true;
            } else {
                budget -= pollOne(list, list.first, cpu);
            }
        }
        if (rearm) {
            list.rearmed++;
            machine.softirqs(cpu.id()).raiseIrqsOff(SoftirqVector.IRQ_POLL);
        }
        cpu.hw().irqEnable();
    }

    private long tick() {
        return Math.floorDiv(HostClock.nowNs(), tickNs);
    }

    /** Entered and left with interrupts off. */
    private int pollOne(CpuList list, IrqPoll poll, KernelCpu cpu) {
        // Interrupts only add to the tail; only the poll itself takes the head off.
        cpu.hw().irqEnable();
        int work = poll.owned() ? poll.poll.poll(poll, poll.weight, cpu) : 0;
        cpu.hw().irqDisable();
        if (work >= poll.weight) {
            if (poll.disabling()) {
                complete(poll, cpu);
            } else {
                list.remove(poll);
                list.add(poll);
            }
        }
        return work;
    }

    /**
     * Waits until nobody polls {@code poll}, and keeps it so. Task context, may sleep.
     *
     * <p>The kernel looks every millisecond; here the completion wakes the task.
     */
    public void disable(IrqPoll poll, KernelCpu cpu) {
        poll.announceDisable();
        poll.waiters.await(cpu, poll::tryDisable);
        poll.endDisable();
    }

    /** Lets {@code poll} be scheduled again after a disable. */
    public void enable(IrqPoll poll, KernelCpu cpu) {
        poll.release();
        poll.waiters.wakeAny(cpu);
    }

    private void takeOver(int dead, KernelCpu live) {
        boolean irqs = live.hw().irqSave();
        CpuList from = lists[dead];
        while (from.first != null) {
            IrqPoll poll = from.first;
            from.remove(poll);
            lists[live.id()].add(poll);
        }
        machine.softirqs(live.id()).raise(SoftirqVector.IRQ_POLL);
        live.hw().irqRestore(irqs);
    }

    /** Returns how often {@code cpu} ended a run with work left. By its holder. */
    public long rearmed(int cpu) {
        return lists[cpu].rearmed;
    }

    /** Returns how often IRQ_POLL ran on {@code cpu}. By its holder. */
    public long runs(int cpu) {
        return lists[cpu].runs;
    }
}
