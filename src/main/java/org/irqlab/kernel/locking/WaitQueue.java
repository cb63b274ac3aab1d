package org.irqlab.kernel.locking;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Tasks that wait for a condition.
 *
 * <p>The waiter: {@link #prepare} (on the queue, sleep announced), test, schedule, again from the
 * start; {@link #finish} at the end. The waker: make the condition true, {@link #wakeUp}. A waiter
 * that tests first and announces afterwards loses the wake-up that comes in between.
 *
 * <p>A wake-up takes off the queue whom it wakes: everybody who waits in common, and of the
 * exclusive ones as many as asked for, in the order in which they came.
 *
 * <p><b>Threads.</b> Waiters: tasks. Wakers: any holder, in any context. The queue's lock is held
 * while its tasks are woken, as in Linux.
 *
 * @see "Linux kernel/sched/wait.c, prepare_to_wait_event and __wake_up"
 */
public final class WaitQueue {
    private final String name;
    private final RawSpinLock lock = new RawSpinLock();
    private final WaiterCount waiters = new WaiterCount();

    // Guarded by lock: those who wait in common first.
    private final Deque<WaitEntry> entries = new ArrayDeque<>();

    /**
     * @param name names the wait in reports
     */
    public WaitQueue(String name) {
        this.name = name;
    }

    /** Sleeps until {@code condition} holds. */
    public void await(Task self, BooleanSupplier condition) {
        await(new WaitEntry(self, false, condition));
    }

    /** The same; one wake-up wakes one such task only. */
    public void awaitExclusive(Task self, BooleanSupplier condition) {
        await(new WaitEntry(self, true, condition));
    }

    private void await(WaitEntry entry) {
        entry.task.cpu().mightSleep(name);
        if (entry.condition.getAsBoolean()) {
            return;
        }
        while (true) {
            prepare(entry, 'D');
            if (entry.condition.getAsBoolean()) {
                break;
            }
            entry.task.cpu().scheduler().schedule();
        }
        finish(entry);
    }

    /**
     * Puts the entry on the queue and announces the sleep: a wake-up from now on is not lost.
     *
     * @param letter as for {@link Task#prepareToSleep}
     */
    public void prepare(WaitEntry entry, char letter) {
        KernelCpu cpu = entry.task.cpu();
        boolean irqs = lock(cpu);
        if (!entry.queued) {
            entry.queued = true;
            if (entry.exclusive) {
                entries.addLast(entry);
            } else {
                entries.addFirst(entry);
            }
            waiters.set(entries.size());
        }
        entry.suspect = false;
        entry.task.prepareToSleep(letter);
        unlock(cpu, irqs);
    }

    /** The wait is over: takes the announcement back, and the entry off the queue. */
    public void finish(WaitEntry entry) {
        entry.task.finishSleep();
        KernelCpu cpu = entry.task.cpu();
        boolean irqs = lock(cpu);
        if (entry.queued) {
            entry.queued = false;
            entries.remove(entry);
            waiters.set(entries.size());
        }
        unlock(cpu, irqs);
    }

    /**
     * Returns whether anybody waits; a full barrier, so that a condition made true before is seen.
     */
    @HotPath
    public boolean active() {
        return waiters.any();
    }

    /** Wakes everybody who waits in common, and one exclusive waiter. Any context. */
    public void wakeUp(KernelCpu cpu) {
        wakeUp(cpu, 1);
    }

    /** Wakes everybody. Any context. */
    public void wakeUpAll(KernelCpu cpu) {
        wakeUp(cpu, Integer.MAX_VALUE);
    }

    /** Wakes everybody who waits in common, and {@code exclusive} of the others. Any context. */
    public void wakeUp(KernelCpu cpu, int exclusive) {
        cpu.preemptDisable();
        boolean irqs = lock(cpu);
        int left = exclusive;
        for (var at = entries.iterator(); left > 0 && at.hasNext(); ) {
            WaitEntry entry = at.next();
            if (cpu.scheduler().wake(entry.task)) {
                at.remove();
                entry.queued = false;
                left -= entry.exclusive ? 1 : 0;
            }
        }
        waiters.set(entries.size());
        unlock(cpu, irqs);
        cpu.preemptEnable();
    }

    /** Returns who sleeps here now. */
    public List<Task> waiting(KernelCpu cpu) {
        var tasks = new ArrayList<Task>();
        boolean irqs = lock(cpu);
        entries.forEach(entry -> tasks.add(entry.task));
        unlock(cpu, irqs);
        return tasks;
    }

    /**
     * Looks for tasks that sleep here though their condition holds, and reports those that did so
     * at the last look already: nobody will wake them (I-78). The caller lets as much time pass
     * between two looks as a wake-up may take.
     *
     * @return how many there are
     */
    public int findLost(KernelCpu cpu) {
        var lost = new ArrayList<Task>();
        boolean irqs = lock(cpu);
        for (WaitEntry entry : entries) {
            boolean now = entry.task.asleep() && entry.condition.getAsBoolean();
            if (now && entry.suspect) {
                lost.add(entry.task);
            }
            entry.suspect = now;
        }
        unlock(cpu, irqs);
        for (Task task : lost) {
            cpu.report(ReportKind.LOST_WAKE_UP, task.name() + " waits for " + name, List.of());
        }
        return lost.size();
    }

    private boolean lock(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        return irqs;
    }

    private void unlock(KernelCpu cpu, boolean irqs) {
        lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
    }
}
