package org.irqlab.kernel.locking;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Who owns a mutex, and whether anybody waits for it: the words that owner and waiters agree by.
 *
 * <p>A waiter counts itself, then tries to take; an owner clears the owner, then looks for waiters.
 * Each has a full fence between its store and its load, so one of them sees the other.
 *
 * <p><b>Threads.</b> Any. <b>Progress.</b> Wait-free.
 *
 * @see "Linux kernel/locking/mutex.c, MUTEX_FLAG_WAITERS"
 */
final class MutexWord {
    private static final VarHandle OWNER;
    private static final VarHandle WAITERS;

    static {
        try {
            var lookup = MethodHandles.lookup();
            OWNER = lookup.findVarHandle(MutexWord.class, "owner", Object.class);
            WAITERS = lookup.findVarHandle(MutexWord.class, "waiters", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Any thread, through OWNER and WAITERS; the latter written under the mutex's lock only.
    private Object owner;
    private int waiters;

    /** Takes the mutex if it is free. A full barrier; pairs with {@link #release}. */
    @HotPath
    boolean tryTake(Object self) {
        return OWNER.compareAndSet(this, null, self);
    }

    /**
     * Gives the mutex up.
     *
     * @return whether somebody may wait, whom the caller has to wake
     */
    @HotPath
    boolean release() {
        // A full fence between this store and the look; pairs with setWaiters() and tryTake().
        OWNER.setVolatile(this, null);
        return (int) WAITERS.getVolatile(this) != 0;
    }

    /** Gives the mutex to one who waits. Releases; pairs with the load in {@link #owner}. */
    void handTo(Object heir) {
        OWNER.setVolatile(this, heir);
    }

    void setWaiters(int count) {
        // Before the next tryTake(); pairs with release().
        WAITERS.setVolatile(this, count);
    }

    @HotPath
    boolean contended() {
        return (int) WAITERS.getVolatile(this) != 0;
    }

    @HotPath
    Object owner() {
        return OWNER.getVolatile(this);
    }
}
