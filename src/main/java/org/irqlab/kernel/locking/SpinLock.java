package org.irqlab.kernel.locking;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.List;

/**
 * A spin lock in its four forms: plain, with bottom halves off, with interrupts off, and with
 * interrupts as they were.
 *
 * <p>The holder is a CPU: it may be interrupted, but not preempted. On PREEMPT_RT it is a task that
 * keeps its CPU but can be preempted: waiters sleep and lend it their priority, interrupts stay as
 * they are in every form, and {@code lockBh} takes the CPU's {@link BottomHalfLock}; only a lock of
 * level SPIN, a raw one, is as elsewhere. What a form turns off is off before the lock is waited
 * for, and on again after it has been given back. Shared between tasks and a softirq: {@code
 * lockBh} in the task; shared with a handler: {@code lockIrqsave} everywhere.
 *
 * <p>SIMPLIFIED: on PREEMPT_RT a wait takes back a sleep that was announced before, so that its
 * loop looks once more; Linux keeps the announcement aside.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton. <b>Progress.</b> Blocking; a waiter polls, so
 * that with the plain form it takes interrupts while it spins. Who waits for itself spins until the
 * machine stops.
 *
 * @see "Linux include/linux/spinlock_api_smp.h; Documentation/locking/spinlocks.rst"
 */
public final class SpinLock {
    /** A waiter gives the host core away this often: the holder may be a thread of the same one. */
    private static final int SPINS_BEFORE_YIELD = 1_000;

    private final String name;
    private final LockClass type;
    private final RawSpinLock word = new RawSpinLock();
    // What is taken instead of the word on PREEMPT_RT; else null.
    private final RtMutex sleeping;

    /**
     * Makes a lock that sleeps on PREEMPT_RT.
     *
     * @param locking the machine's
     */
    public SpinLock(Locking locking, String key) {
        this(locking, key, WaitLevel.CONFIG);
    }

    /**
     * Makes a lock of one kind.
     *
     * @param level SPIN for a raw spin lock, else CONFIG
     */
    public SpinLock(Locking locking, String key, WaitLevel level) {
        name = key;
        type = locking.lockdep().lockClass(key, level, level);
        boolean sleeps = locking.realTime() && level != WaitLevel.SPIN;
        sleeping = sleeps ? RtMutex.inSpinLock(locking.inheritance(), key) : null;
    }

    /**
     * Makes a lock of a machine without PREEMPT_RT.
     *
     * @param key names it in reports; locks of one key obey one order
     */
    public SpinLock(Lockdep lockdep, String key) {
        this(new Locking(lockdep, null, false), key, WaitLevel.CONFIG);
    }

    public String name() {
        return name;
    }

    /** Takes the lock; preemption is off until it is given back. */
    @HotPath
    public void lock(KernelCpu cpu) {
        lockNested(cpu, 0);
    }

    /**
     * The same inside another lock of this key.
     *
     * @param subclass 1 for the second of two, up to {@link Lockdep#SUBCLASSES}
     */
    @HotPath
    public void lockNested(KernelCpu cpu, int subclass) {
        if (sleeping != null) {
            sleep(cpu, subclass);
            return;
        }
        cpu.preemptDisable();
        if (type != null) {
            type.nested(subclass).acquire(cpu, this, LockMode.WRITE);
        }
        if (!word.tryLock(cpu.id())) {
            spin(cpu);
        }
    }

    private void sleep(KernelCpu cpu, int subclass) {
        Task self = cpu.current();
        self.pin();
        if (type != null) {
            type.nested(subclass).acquire(cpu, this, LockMode.WRITE);
        }
        sleeping.lock(self);
    }

    private void spin(KernelCpu cpu) {
        if (word.heldBy(cpu.id())) {
            cpu.report(ReportKind.SPIN_RECURSION, name, List.of());
        }
        int spins = 0;
        while (!word.tryLock(cpu.id())) {
            cpu.spinStep();
            if (++spins % SPINS_BEFORE_YIELD == 0) {
                Thread.yield();
            }
        }
    }

    /** Takes the lock if it is free; returns whether it did. */
    @HotPath
    public boolean tryLock(KernelCpu cpu) {
        boolean got = sleeping == null ? tryWord(cpu) : trySleeping(cpu.current());
        if (!got) {
            return false;
        }
        if (type != null) {
            type.acquired(cpu, this, LockMode.WRITE);
        }
        return true;
    }

    private boolean tryWord(KernelCpu cpu) {
        cpu.preemptDisable();
        if (!word.tryLock(cpu.id())) {
            cpu.preemptEnable();
            return false;
        }
        return true;
    }

    private boolean trySleeping(Task self) {
        self.pin();
        if (!sleeping.tryLock(self)) {
            self.unpin();
            return false;
        }
        return true;
    }

    /** Gives the lock back, and reschedules if that is due. */
    @HotPath
    public void unlock(KernelCpu cpu) {
        if (release(cpu)) {
            enablePreemption(cpu);
        }
    }

    private void enablePreemption(KernelCpu cpu) {
        if (sleeping == null) {
            cpu.preemptEnable();
        }
    }

    private boolean release(KernelCpu cpu) {
        if (!heldBy(cpu)) {
            cpu.report(ReportKind.BAD_UNLOCK, name, List.of());
            return false;
        }
        if (type != null) {
            type.release(cpu, this);
        }
        if (sleeping == null) {
            word.unlock(cpu.id());
        } else {
            Task self = cpu.current();
            sleeping.unlock(self);
            self.unpin();
        }
        return true;
    }

    /** Turns bottom halves off and takes the lock. Not in hardirq. */
    @HotPath
    public void lockBh(KernelCpu cpu) {
        cpu.bhDisable();
        lock(cpu);
    }

    /** Undoes {@link #lockBh}; softirqs that came meanwhile run now. */
    @HotPath
    public void unlockBh(KernelCpu cpu) {
        if (release(cpu)) {
            // Bottom halves are off: nothing is due yet.
            enablePreemption(cpu);
        }
        cpu.bhEnable();
    }

    /** Turns interrupts off, which are on, and takes the lock. */
    @HotPath
    public void lockIrq(KernelCpu cpu) {
        if (sleeping == null) {
            cpu.hw().irqDisable();
        }
        lock(cpu);
    }

    /** Undoes {@link #lockIrq}: interrupts that came meanwhile are taken now. */
    @HotPath
    public void unlockIrq(KernelCpu cpu) {
        unlockRestoring(cpu, true);
    }

    /** Takes the lock with interrupts off; returns whether they were on. */
    @HotPath
    public boolean lockIrqsave(KernelCpu cpu) {
        boolean irqs = sleeping == null ? cpu.hw().irqSave() : cpu.hw().irqsEnabled();
        lock(cpu);
        return irqs;
    }

    /** Takes the lock with interrupts off if it is free; else leaves them on, as they were. */
    @HotPath
    public boolean tryLockIrq(KernelCpu cpu) {
        if (sleeping != null) {
            return tryLock(cpu);
        }
        cpu.hw().irqDisable();
        boolean got = tryLock(cpu);
        if (!got) {
            cpu.hw().irqEnable();
        }
        return got;
    }

    /** Undoes {@link #lockIrqsave}. */
    @HotPath
    public void unlockIrqrestore(KernelCpu cpu, boolean irqs) {
        unlockRestoring(cpu, irqs);
    }

    /** Preemption last: an interrupt that is taken here does not switch, the caller does. */
    private void unlockRestoring(KernelCpu cpu, boolean irqs) {
        boolean held = release(cpu);
        if (sleeping == null) {
            cpu.hw().irqRestore(irqs);
        }
        if (held) {
            enablePreemption(cpu);
        }
    }

    /** Returns whether this CPU holds the lock; on PREEMPT_RT, its current task. */
    public boolean heldBy(KernelCpu cpu) {
        return sleeping == null ? word.heldBy(cpu.id()) : sleeping.owner() == cpu.current();
    }
}
