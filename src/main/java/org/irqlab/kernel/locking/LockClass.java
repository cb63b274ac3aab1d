package org.irqlab.kernel.locking;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * A class of locks that obey one order: what {@link Lockdep} knows of all locks made with one key.
 *
 * <p><b>Threads.</b> The holder of the CPU that takes or gives back a lock.
 */
public final class LockClass {
    final int id;
    final String name;
    final WaitLevel outer;
    final WaitLevel inner;
    private final Lockdep lockdep;

    LockClass(Lockdep lockdep, int id, String name, WaitLevel outer, WaitLevel inner) {
        this.lockdep = lockdep;
        this.id = id;
        this.name = name;
        this.outer = outer;
        this.inner = inner;
    }

    public String name() {
        return name;
    }

    /** A lock of this class is about to be waited for. */
    void acquire(KernelCpu cpu, Object lock, LockMode mode) {
        lockdep.acquire(cpu, this, lock, mode, false);
    }

    /** A lock of this class was got without waiting. */
    void acquired(KernelCpu cpu, Object lock, LockMode mode) {
        lockdep.acquire(cpu, this, lock, mode, true);
    }

    /** A lock of this class is about to be given back. */
    @HotPath
    void release(KernelCpu cpu, Object lock) {
        lockdep.release(cpu, this, lock);
    }

    /**
     * Returns the class of locks of this key that are taken inside another one of it.
     *
     * @param subclass 1 to {@value Lockdep#SUBCLASSES}; 0 for this class
     */
    LockClass nested(int subclass) {
        return subclass == 0 ? this : lockdep.lockClass(name + "/" + subclass, outer, inner);
    }
}
