package org.irqlab.kernel.locking;

import org.irqlab.kernel.sched.KernelCpu;

/**
 * Something that is waited for like a lock, though it is none: the run of a work item, an RCU read
 * side, a section that must not sleep. Only {@link Lockdep} knows it.
 *
 * <p>Whoever runs it enters it; whoever waits for its end {@link #await waits}, which for the
 * checker is to take and give back: a work item that flushes itself, or is flushed under a lock
 * that it takes, is found so.
 *
 * @see "Linux include/linux/lockdep.h, lock_map_acquire"
 */
public final class LockMap {
    private final LockClass type;

    /**
     * @param outer what entering it may do to who enters: {@link WaitLevel#FREE} for an RCU read
     *     side
     * @param inner what may be taken inside
     */
    public LockMap(Lockdep lockdep, String key, WaitLevel outer, WaitLevel inner) {
        type = lockdep.lockClass(key, outer, inner);
    }

    /** Makes the map of something that is waited for by sleeping, and may sleep. */
    public LockMap(Lockdep lockdep, String key) {
        this(lockdep, key, WaitLevel.SLEEP, WaitLevel.SLEEP);
    }

    public void enter(KernelCpu cpu) {
        if (type != null) {
            type.acquire(cpu, this, LockMode.WRITE);
        }
    }

    /** Enters it as one of many who may be inside at once. */
    public void enterShared(KernelCpu cpu) {
        if (type != null) {
            type.acquire(cpu, this, LockMode.READ_RECURSIVE);
        }
    }

    public void leave(KernelCpu cpu) {
        if (type != null) {
            type.release(cpu, this);
        }
    }

    /** The caller is about to wait for the end of it. */
    public void await(KernelCpu cpu) {
        enter(cpu);
        leave(cpu);
    }
}
