package org.irqlab.host;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * A gate of {@link LockSupport}: works on every platform.
 *
 * <p>The protocol is that of {@link FutexGate}; the thread's park permit takes the place of the
 * kernel's comparison.
 */
public final class ParkGate implements Gate {
    private static final int EMPTY = 0;
    private static final int SIGNALLED = 1;
    private static final int WAITING = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(ParkGate.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Any thread, through STATE.
    private int state;
    // Written by the owner before it sets WAITING, read by a signaller that took WAITING away.
    private Thread owner;

    @Override
    @HotPath
    public void await() {
        waitUntil(0, false);
    }

    @Override
    @HotPath
    public boolean awaitNanos(long timeoutNs) {
        // Pairs with the exchange in signal().
        if (STATE.compareAndSet(this, SIGNALLED, EMPTY)) {
            return true;
        }
        return timeoutNs > 0 && waitUntil(HostClock.nowNs() + timeoutNs, true);
    }

    private boolean waitUntil(long deadlineNs, boolean timed) {
        owner = Thread.currentThread();
        boolean interrupted = false;
        // Publishes owner; pairs with the exchange in signal().
        boolean signalled = !STATE.compareAndSet(this, EMPTY, WAITING);
        while (!signalled) {
            long leftNs = timed ? deadlineNs - HostClock.nowNs() : Long.MAX_VALUE;
            if (leftNs <= 0) {
                break;
            }
            LockSupport.parkNanos(this, leftNs);
            // A set interrupt status would turn park into a busy loop.
            interrupted |= Thread.interrupted();
            signalled = (int) STATE.getAcquire(this) == SIGNALLED;
        }
        // An exchange, not a store: it must read, so acquire, the last of several signals which it
        // takes away, one that comes in at the deadline included. Pairs with signal().
        signalled = (int) STATE.getAndSet(this, EMPTY) == SIGNALLED;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return signalled;
    }

    @Override
    @HotPath
    public void signal() {
        // Full fence. Pairs with the compare-and-set and the exchange of the waits; who takes
        // WAITING away is the one that must wake.
        if ((int) STATE.getAndSet(this, SIGNALLED) == WAITING) {
            LockSupport.unpark(owner);
        }
    }
}
