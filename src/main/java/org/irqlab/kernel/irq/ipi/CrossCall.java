package org.irqlab.kernel.irq.ipi;

import org.irqlab.kernel.sched.KernelCpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * A function that one CPU has another one call; used again once it is unlocked.
 *
 * <p>A synchronous call is unlocked after the function, an asynchronous one before: it may be on
 * its way again while the function still runs.
 *
 * <p><b>Threads.</b> The caller locks, the called CPU unlocks.
 *
 * @see "Linux include/linux/smp_types.h, struct __call_single_data; kernel/smp.c, csd_lock"
 */
public final class CrossCall extends CallNode {
    private static final VarHandle LOCKED;

    static {
        try {
            LOCKED = MethodHandles.lookup().findVarHandle(CrossCall.class, "locked", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Consumer<KernelCpu> function;

    // Any holder, through LOCKED.
    private boolean locked;

    // The caller while it has the lock.
    boolean synchronous;

    public CrossCall(Consumer<KernelCpu> function) {
        this.function = function;
    }

    /** Takes the lock if nobody has it; acquires what the last call wrote. */
    boolean tryLock() {
        return (boolean) LOCKED.compareAndExchangeAcquire(this, false, true) == false;
    }

    /** Whether the call is on its way. Acquires what the function wrote; pairs with unlock(). */
    boolean locked() {
        return (boolean) LOCKED.getAcquire(this);
    }

    private void unlock() {
        LOCKED.setRelease(this, false);
    }

    /** By the called CPU, interrupts off. */
    void run(KernelCpu cpu) {
        if (synchronous) {
            function.accept(cpu);
            unlock();
        } else {
            unlock();
            function.accept(cpu);
        }
    }
}
