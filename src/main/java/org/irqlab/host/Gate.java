package org.irqlab.host;

/**
 * A binary semaphore that one thread waits at: how a thread of a virtual CPU sleeps until it is
 * handed the baton, or until its CPU is kicked.
 *
 * <p>A signal is kept until it is consumed, so a signal before the wait is not lost. Signals do not
 * count: two before one wait let one wait through.
 *
 * <p><b>Threads.</b> {@link #await} and {@link #awaitNanos} by one thread at a time, the owner;
 * {@link #signal} by any thread, the owner included.
 *
 * <p><b>Memory ordering.</b> What a thread did before {@code signal()} is visible to the owner
 * after the wait which consumed that signal or a later one: {@code signal()} is a full fence
 * (release at least), a wait that returns true is an acquire.
 *
 * <p><b>Interrupts.</b> Waits do not end by {@link Thread#interrupt}; the interrupt status is left
 * set. Whoever stops a thread signals its gate.
 */
public sealed interface Gate permits FutexGate, ParkGate {
    /** Waits for a signal and consumes it. */
    void await();

    /**
     * Waits for a signal and consumes it, for no longer than {@code timeoutNs}.
     *
     * @param timeoutNs host time in ns; at or below 0 it only looks
     * @return whether a signal was consumed
     */
    boolean awaitNanos(long timeoutNs);

    /** Lets the current or else the next wait through. Never blocks. */
    void signal();
}
