package org.irqlab.kernel.locking;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A lock whose waiters sleep, first come first served; its owner is a task.
 *
 * <p>A task that runs may take a mutex that is free before the first waiter gets to it. A waiter
 * that was woken in vain has the mutex handed to it at the next unlock.
 *
 * <p>SIMPLIFIED: no optimistic spinning; no priority inheritance, as in Linux without PREEMPT_RT.
 *
 * <p><b>Threads.</b> Tasks, which may find themselves on another CPU afterwards.
 *
 * @see "Linux kernel/locking/mutex.c; Documentation/locking/mutex-design.rst"
 */
public final class Mutex {
    private final String name;
    private final LockClass type;
    private final MutexWord word = new MutexWord();
    private final RawSpinLock waitLock = new RawSpinLock();

    // Guarded by waitLock.
    private final Deque<Task> waiters = new ArrayDeque<>();
    private Task wokenInVain;

    /**
     * Makes a free mutex.
     *
     * @param key names it in reports; locks of one key obey one order
     */
    public Mutex(Lockdep lockdep, String key) {
        name = key;
        type = lockdep.lockClass(key, WaitLevel.SLEEP, WaitLevel.SLEEP);
    }

    public String name() {
        return name;
    }

    /** Takes the mutex; sleeps while another task owns it. */
    @HotPath
    public void lock(Task self) {
        lockNested(self, 0);
    }

    /** The same inside another mutex of this key; {@code subclass} as for a spin lock. */
    @HotPath
    public void lockNested(Task self, int subclass) {
        KernelCpu cpu = self.cpu();
        cpu.mightSleep(name);
        if (type != null) {
            type.nested(subclass).acquire(cpu, this, LockMode.WRITE);
        }
        if (!word.tryTake(self)) {
            lockSlowly(self);
        }
    }

    private void lockSlowly(Task self) {
        if (word.owner() == self) {
            self.cpu().report(ReportKind.LOCK_RECURSION, name, List.of());
        }
        boolean irqs = lockWaiters(self.cpu());
        waiters.add(self);
        word.setWaiters(waiters.size());
        boolean woken = false;
        while (true) {
            self.prepareToSleep('D');
            if (waiters.peek() == self && takeOrInherit(self, woken)) {
                break;
            }
            unlockWaiters(self.cpu(), irqs);
            self.cpu().scheduler().schedule();
            irqs = lockWaiters(self.cpu());
            woken = true;
        }
        self.finishSleep();
        waiters.remove();
        word.setWaiters(waiters.size());
        unlockWaiters(self.cpu(), irqs);
    }

    private boolean takeOrInherit(Task self, boolean woken) {
        boolean inherited = wokenInVain == self && word.owner() == self;
        if (inherited || word.tryTake(self)) {
            wokenInVain = null;
            return true;
        }
        if (woken) {
            wokenInVain = self;
        }
        return false;
    }

    /** Takes the mutex if it is free; returns whether it did. Task context. */
    @HotPath
    public boolean tryLock(Task self) {
        if (!word.tryTake(self)) {
            return false;
        }
        if (type != null) {
            type.acquired(self.cpu(), this, LockMode.WRITE);
        }
        return true;
    }

    /** Gives the mutex back, by its owner; from anybody else it is reported, and done. */
    @HotPath
    public void unlock(Task self) {
        KernelCpu cpu = self.cpu();
        if (word.owner() != self) {
            cpu.report(ReportKind.BAD_UNLOCK, name, List.of());
        } else if (type != null) {
            type.release(cpu, this);
        }
        if (word.contended()) {
            unlockSlowly(cpu, true);
        } else if (word.release()) {
            // Somebody came in between; the mutex may be another's by now.
            unlockSlowly(cpu, false);
        }
    }

    private void unlockSlowly(KernelCpu cpu, boolean owned) {
        cpu.preemptDisable();
        boolean irqs = lockWaiters(cpu);
        Task first = waiters.peek();
        if (owned && first != null && first == wokenInVain) {
            word.handTo(first);
        } else if (owned) {
            word.release();
        }
        waitLock.unlock(cpu.id());
        if (first != null) {
            cpu.scheduler().wake(first);
        }
        cpu.hw().irqRestore(irqs);
        cpu.preemptEnable();
    }

    private boolean lockWaiters(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        waitLock.lock(cpu.id());
        return irqs;
    }

    private void unlockWaiters(KernelCpu cpu, boolean irqs) {
        waitLock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
    }

    /** Returns the owner, or null: racy unless the caller is it. */
    public Task owner() {
        return (Task) word.owner();
    }

    /** Returns how many tasks wait: racy. */
    public int waiting() {
        boolean any = word.contended();
        return any ? waiters.size() : 0;
    }
}
