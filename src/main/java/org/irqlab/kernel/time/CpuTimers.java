package org.irqlab.kernel.time;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.PolledDevice;
import org.irqlab.kernel.irq.ipi.IrqWork;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.function.BiConsumer;

/**
 * The armed timers of one CPU, by deadline.
 *
 * <p><b>Threads.</b> {@link #arm} and {@link #sleep} by the CPU's holder, {@link #cancel} by any.
 * The list is guarded by its lock, the innermost of all.
 */
public final class CpuTimers implements PolledDevice {
    private final KernelCpu cpu;
    private final RawSpinLock lock = new RawSpinLock();
    private final IrqWork expiry = new IrqWork(this::expire);
    private final BiConsumer<IrqWork, KernelCpu> raise;

    // Guarded by the lock.
    private KernelTimer first;

    // Written with the lock; read by the CPU's holder, for whom a cancel by another CPU may come
    // late: an expiry that finds nothing.
    private volatile long firstDueNs = NEVER;

    /**
     * Makes the timers of {@code cpu} and has it poll them.
     *
     * @param raise asks the CPU to run an irq_work in its next interrupt
     */
    public CpuTimers(KernelCpu cpu, BiConsumer<IrqWork, KernelCpu> raise) {
        this.cpu = cpu;
        this.raise = raise;
        cpu.hw().addDevice(this);
    }

    /** Has {@code timer} expire on this CPU at {@code deadlineNs}, host time, and not before. */
    public void arm(KernelTimer timer, long deadlineNs) {
        boolean irqs = cpu.hw().irqSave();
        cancel(timer, cpu);
        lock.lock(cpu.id());
        timer.deadlineNs = deadlineNs;
        KernelTimer before = null;
        KernelTimer behind = first;
        while (behind != null && behind.deadlineNs <= deadlineNs) {
            before = behind;
            behind = behind.next;
        }
        timer.next = behind;
        link(before, timer);
        timer.list = this;
        lock.unlock(cpu.id());
        cpu.hw().deadlineChanged();
        cpu.hw().irqRestore(irqs);
    }

    private void link(KernelTimer before, KernelTimer timer) {
        if (before == null) {
            first = timer;
            firstDueNs = timer == null ? NEVER : timer.deadlineNs;
        } else {
            before.next = timer;
        }
    }

    /**
     * Disarms {@code timer}, wherever it is.
     *
     * @param here the caller's CPU
     * @return {@code false} if it was not armed: its function may be running
     */
    public static boolean cancel(KernelTimer timer, KernelCpu here) {
        boolean irqs = here.hw().irqSave();
        boolean removed = false;
        for (CpuTimers on = timer.list; on != null && !removed; on = timer.list) {
            on.lock.lock(here.id());
            if (timer.list == on) {
                on.remove(timer);
                removed = true;
            }
            on.lock.unlock(here.id());
        }
        here.hw().irqRestore(irqs);
        return removed;
    }

    private void remove(KernelTimer timer) {
        KernelTimer before = null;
        for (KernelTimer at = first; at != timer; at = at.next) {
            before = at;
        }
        link(before, timer.next);
        timer.next = null;
        timer.list = null;
    }

    /** Puts the calling task, which is on this CPU, to sleep for {@code ns}. */
    public void sleep(Task self, long ns) {
        long deadlineNs = HostClock.nowNs() + ns;
        arm(new KernelTimer(here -> here.scheduler().wake(self)), deadlineNs);
        while (true) {
            self.prepareToSleep('I');
            if (HostClock.nowNs() >= deadlineNs) {
                self.finishSleep();
                return;
            }
            self.cpu().scheduler().schedule();
        }
    }

    /**
     * Has the calling task, which is on this CPU, wake where it is wanted, by a sleep of no length.
     * It may stay here while the scheduler has not let go of it.
     */
    public void hop(Task self) {
        // Off until the task is asleep: one that is about to sleep only would stay.
        cpu.hw().irqDisable();
        self.prepareToSleep('I');
        arm(new KernelTimer(here -> here.scheduler().wake(self)), HostClock.nowNs());
        cpu.scheduler().schedule();
        self.cpu().hw().irqEnable();
    }

    @Override
    @HotPath
    public long nextDueNs() {
        return expiry.pending() ? NEVER : firstDueNs;
    }

    @Override
    @HotPath
    public void service(long nowNs) {
        raise.accept(expiry, cpu);
    }

    /** Hardirq context. */
    private void expire(KernelCpu here) {
        for (KernelTimer due = takeDue(); due != null; due = takeDue()) {
            due.function.accept(here);
        }
        cpu.hw().deadlineChanged();
    }

    private KernelTimer takeDue() {
        lock.lock(cpu.id());
        KernelTimer due = first;
        if (due != null && due.deadlineNs <= HostClock.nowNs()) {
            remove(due);
        } else {
            due = null;
        }
        lock.unlock(cpu.id());
        return due;
    }
}
