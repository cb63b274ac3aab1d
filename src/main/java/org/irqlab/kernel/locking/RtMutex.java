package org.irqlab.kernel.locking;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.List;

/**
 * A lock whose waiters sleep, the most urgent first, and lend their priority to the owner, and to
 * whom that one waits for.
 *
 * <p>Real-time waiters come by priority; fair ones after them, in the order in which they came. At
 * the unlock the lock goes to the first of them.
 *
 * <p>SIMPLIFIED: the lock is handed over; Linux lets a task that is more urgent than the first
 * waiter take it.
 *
 * <p><b>Threads.</b> Tasks, which may find themselves on another CPU afterwards.
 *
 * @see "Linux kernel/locking/rtmutex.c; Documentation/locking/rt-mutex-design.rst"
 */
public final class RtMutex {
    private final String name;
    private final LockClass type;
    // Whether it stands in for what spins elsewhere.
    private final boolean inSpinLock;
    private final PriorityInheritance inheritance;

    // Guarded by the lock of inheritance.
    final LockNode node = new LockNode();

    /**
     * Makes a free lock.
     *
     * @param inheritance the machine's
     * @param key names it in reports; locks of one key obey one order
     */
    public RtMutex(PriorityInheritance inheritance, Lockdep lockdep, String key) {
        this(inheritance, lockdep.lockClass(key, WaitLevel.SLEEP, WaitLevel.SLEEP), key, false);
    }

    private RtMutex(
            PriorityInheritance inheritance, LockClass type, String name, boolean inSpinLock) {
        this.inheritance = inheritance;
        this.type = type;
        this.name = name;
        this.inSpinLock = inSpinLock;
    }

    /** Makes what is inside a lock that spins elsewhere; its user tells the lock checker. */
    static RtMutex inSpinLock(PriorityInheritance inheritance, String name) {
        return new RtMutex(inheritance, null, name, true);
    }

    public String name() {
        return name;
    }

    /** Takes the lock; sleeps while another task owns it. */
    public void lock(Task self) {
        KernelCpu cpu = self.cpu();
        if (inSpinLock) {
            cpu.mightSleepInLock(name);
        } else {
            cpu.mightSleep(name);
        }
        if (type != null) {
            type.acquire(cpu, this, LockMode.WRITE);
        }
        boolean irqs = inheritance.enter(cpu);
        if (node.owner == null) {
            inheritance.give(node, self);
        } else {
            irqs = await(self, irqs);
        }
        inheritance.leave(self.cpu(), irqs);
    }

    private boolean await(Task self, boolean irqs) {
        KernelCpu cpu = self.cpu();
        if (inheritance.waits(node, self)) {
            // It may wait for itself, through others: so it does, as the kernel without a detector.
            cpu.report(ReportKind.LOCK_RECURSION, name, List.of("circle of RT mutexes"));
        }
        inheritance.enqueue(node, self, cpu);
        boolean now = irqs;
        while (node.owner != self) {
            self.prepareToSleep('D');
            inheritance.leave(self.cpu(), now);
            self.cpu().scheduler().schedule();
            now = inheritance.enter(self.cpu());
        }
        return now;
    }

    /** Takes the lock if it is free; returns whether it did. Task context. */
    public boolean tryLock(Task self) {
        KernelCpu cpu = self.cpu();
        boolean irqs = inheritance.enter(cpu);
        boolean free = node.owner == null;
        if (free) {
            inheritance.give(node, self);
        }
        inheritance.leave(cpu, irqs);
        if (free && type != null) {
            type.acquired(cpu, this, LockMode.WRITE);
        }
        return free;
    }

    /** Gives the lock back, and with it the priority that its waiters lent. */
    public void unlock(Task self) {
        KernelCpu cpu = self.cpu();
        if (node.owner != self) {
            cpu.report(ReportKind.BAD_UNLOCK, name, List.of());
            return;
        }
        if (type != null) {
            type.release(cpu, this);
        }
        cpu.preemptDisable();
        boolean irqs = inheritance.enter(cpu);
        Task next = inheritance.takeBack(node, self, cpu);
        inheritance.leave(cpu, false);
        if (next != null) {
            cpu.scheduler().wake(next);
        }
        cpu.hw().irqRestore(irqs);
        cpu.preemptEnable();
    }

    /** Returns the owner, or null: racy unless the caller is it. */
    public Task owner() {
        return node.owner;
    }
}
