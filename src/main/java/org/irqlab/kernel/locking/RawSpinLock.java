package org.irqlab.kernel.locking;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A lock whose waiters spin.
 *
 * <p>The holder keeps interrupts off while an interrupt of its CPU may want the lock, and neither
 * burns time nor switches tasks before it unlocks: a thread that hands the baton over with the lock
 * held would stop every CPU that wants it.
 *
 * <p><b>Threads.</b> Any; an owner number stands for the CPU whose baton the caller holds.
 * <b>Progress.</b> Blocking, unfair.
 *
 * <p><b>Memory ordering.</b> What the last holder wrote is visible to the next one; the lock does
 * not order like a full fence.
 *
 * @see "Linux Documentation/locking/spinlocks.rst; Documentation/memory-barriers.txt, lock
 *     acquisition functions"
 */
public final class RawSpinLock {
    private static final int FREE = 0;

    /** A waiter gives the host core away this often: the holder may be a thread of the same one. */
    private static final int SPINS_BEFORE_YIELD = 1_000;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(RawSpinLock.class, "word", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Any thread, through WORD: FREE, or the holder's number plus one.
    private int word;

    /** Takes the lock; spins while another holds it. */
    @HotPath
    public void lock(int owner) {
        if (Checks.ON) {
            Checks.invariant(!heldBy(owner), "spin lock taken twice by owner=" + owner);
        }
        // Acquire: pairs with the release store of unlock().
        while (!WORD.weakCompareAndSetAcquire(this, FREE, owner + 1)) {
            awaitFree();
        }
    }

    private void awaitFree() {
        int spins = 0;
        while ((int) WORD.getOpaque(this) != FREE) {
            Thread.onSpinWait();
            if (++spins % SPINS_BEFORE_YIELD == 0) {
                Thread.yield();
            }
        }
    }

    /** Takes the lock if it is free; returns whether it did. */
    @HotPath
    public boolean tryLock(int owner) {
        // Acquire: pairs with the release store of unlock().
        return (int) WORD.compareAndExchangeAcquire(this, FREE, owner + 1) == FREE;
    }

    /** Gives the lock back. */
    @HotPath
    public void unlock(int owner) {
        if (Checks.ON) {
            Checks.invariant(heldBy(owner), "spin lock given back by owner=" + owner);
        }
        // Pairs with the acquiring exchanges of lock() and tryLock().
        WORD.setRelease(this, FREE);
    }

    /** Returns whether {@code owner} holds the lock; exact for the owner itself. */
    public boolean heldBy(int owner) {
        return (int) WORD.getOpaque(this) == owner + 1;
    }
}
