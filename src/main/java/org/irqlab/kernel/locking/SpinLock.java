package org.irqlab.kernel.locking;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.List;

/**
 * A spin lock in its four forms: plain, with bottom halves off, with interrupts off, and with
 * interrupts as they were.
 *
 * <p>The holder is a CPU: it may be interrupted, but not preempted. What a form turns off is off
 * before the lock is waited for, and on again after it has been given back. Shared between tasks
 * and a softirq: {@code lockBh} in the task; shared with a handler: {@code lockIrqsave} everywhere.
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

    /**
     * Makes a lock that sleeps on PREEMPT_RT.
     *
     * @param key names it in reports; locks of one key obey one order
     */
    public SpinLock(Lockdep lockdep, String key) {
        this(lockdep, key, WaitLevel.CONFIG);
    }

    /**
     * Makes a lock of one kind.
     *
     * @param level SPIN for a raw spin lock, else CONFIG
     */
    public SpinLock(Lockdep lockdep, String key, WaitLevel level) {
        name = key;
        type = lockdep.lockClass(key, level, level);
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
        cpu.preemptDisable();
        if (type != null) {
            type.nested(subclass).acquire(cpu, this, LockMode.WRITE);
        }
        if (!word.tryLock(cpu.id())) {
            spin(cpu);
        }
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
        cpu.preemptDisable();
        if (!word.tryLock(cpu.id())) {
            cpu.preemptEnable();
            return false;
        }
        if (type != null) {
            type.acquired(cpu, this, LockMode.WRITE);
        }
        return true;
    }

    /** Gives the lock back, and reschedules if that is due. */
    @HotPath
    public void unlock(KernelCpu cpu) {
        if (release(cpu)) {
            cpu.preemptEnable();
        }
    }

    private boolean release(KernelCpu cpu) {
        if (!word.heldBy(cpu.id())) {
            cpu.report(ReportKind.BAD_UNLOCK, name, List.of());
            return false;
        }
        if (type != null) {
            type.release(cpu, this);
        }
        word.unlock(cpu.id());
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
            cpu.preemptEnable();
        }
        cpu.bhEnable();
    }

    /** Turns interrupts off, which are on, and takes the lock. */
    @HotPath
    public void lockIrq(KernelCpu cpu) {
        cpu.hw().irqDisable();
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
        boolean irqs = cpu.hw().irqSave();
        lock(cpu);
        return irqs;
    }

    /** Takes the lock with interrupts off if it is free; else leaves them on, as they were. */
    @HotPath
    public boolean tryLockIrq(KernelCpu cpu) {
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
        cpu.hw().irqRestore(irqs);
        if (held) {
            cpu.preemptEnable();
        }
    }

    /** Returns whether this CPU holds the lock. */
    public boolean heldBy(KernelCpu cpu) {
        return word.heldBy(cpu.id());
    }
}
