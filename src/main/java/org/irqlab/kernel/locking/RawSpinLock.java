package org.irqlab.kernel.locking;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A lock that spins, for a few stores with interrupts off; never held over a switch or a burn.
 *
 * <p><b>Memory ordering.</b> Lock acquires, unlock releases; neither is a full fence.
 *
 * @see "Linux Documentation/locking/locktypes.rst, raw_spinlock_t"
 */
public final class RawSpinLock {
    private static final VarHandle HELD;

    static {
        try {
            HELD = MethodHandles.lookup().findVarHandle(RawSpinLock.class, "held", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Any thread, through HELD.
    private boolean held;

    /** Takes the lock. Interrupts off. */
    @HotPath
    public void lock() {
        // Pairs with the setRelease in unlock().
        while (!HELD.weakCompareAndSetAcquire(this, false, true)) {
            while ((boolean) HELD.getOpaque(this)) {
                Thread.onSpinWait();
            }
        }
    }

    @HotPath
    public void unlock() {
        // Pairs with the compare-and-set in lock().
        HELD.setRelease(this, false);
    }
}
