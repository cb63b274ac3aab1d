package org.irqlab.kernel.locking;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How many wait: lets a waker find out without a lock that nobody does.
 *
 * <p>A waiter counts itself and then tests its condition; a waker makes the condition true and then
 * looks. Each has a full fence in between, so one of them sees the other.
 *
 * <p><b>Threads.</b> {@link #set} by the holder of the queue's lock; {@link #any} by any.
 * <b>Progress.</b> Wait-free.
 *
 * @see "Linux include/linux/wait.h, waitqueue_active and wq_has_sleeper"
 */
final class WaiterCount {
    private static final VarHandle COUNT;

    static {
        try {
            COUNT = MethodHandles.lookup().findVarHandle(WaiterCount.class, "count", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Guarded by the queue's lock; read by any, through COUNT.
    private int count;

    void set(int waiters) {
        COUNT.setVolatile(this, waiters);
        // Before the test of the condition; pairs with any().
        VarHandle.fullFence();
    }

    /**
     * Returns whether anybody may wait. A full barrier: what was written before is seen by who is
     * not.
     */
    @HotPath
    boolean any() {
        VarHandle.fullFence();
        return (int) COUNT.getOpaque(this) != 0;
    }
}
