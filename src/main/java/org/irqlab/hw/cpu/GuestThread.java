package org.irqlab.hw.cpu;

import org.irqlab.host.Gate;
import org.irqlab.host.Gates;
import org.irqlab.host.ThreadPinning;

import java.time.Duration;

/**
 * A platform thread that runs guest code only while it holds the baton of a virtual CPU.
 *
 * <p>The baton is handed over by opening the next thread's gate and waiting at one's own: the two
 * threads sit on the same host core, so a context switch of the guest is a real one.
 *
 * <p><b>Memory ordering.</b> What the giver wrote before {@link #handOverTo} is visible to the
 * taker after its wait: the gate's signal is a release, its wait an acquire.
 */
public final class GuestThread {
    /** Host core of a thread that is not pinned. */
    public static final int ANY_CORE = -1;

    private final Gate gate = Gates.create();
    private final Thread thread;
    // The thread itself only.
    private int pinnedTo = ANY_CORE;

    /**
     * Makes a thread that waits for the baton and then runs {@code body} once.
     *
     * @param name as Linux would print it, so that a thread dump reads like ps
     */
    public GuestThread(String name, Runnable body) {
        thread =
                Thread.ofPlatform()
                        .name(name)
                        .daemon()
                        .unstarted(() -> {
                            ThreadPinning.setTimerSlack(1);
                            gate.await();
                            body.run();
                        });
    }

    /** Starts the thread; it waits for the baton. */
    public void start() {
        thread.start();
    }

    /** Gives this thread the baton, from a thread that holds none or will not use it again. */
    public void give() {
        gate.signal();
    }

    /**
     * Gives {@code next} the baton and returns when this thread is given one again. Called by this
     * thread.
     */
    public void handOverTo(GuestThread next) {
        next.gate.signal();
        gate.await();
    }

    /** Pins this thread to a host core unless it is there already. Called by this thread. */
    public void pinTo(int hostCore) {
        if (hostCore != pinnedTo) {
            if (hostCore != ANY_CORE) {
                ThreadPinning.pin(hostCore);
            }
            pinnedTo = hostCore;
        }
    }

    /** Waits at most {@code millis} until the thread has ended; returns whether it has. */
    public boolean join(long millis) {
        try {
            return thread.join(Duration.ofMillis(millis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    public boolean isAlive() {
        return thread.isAlive();
    }

    /** Returns what the thread does now, the innermost frame first. Any thread; for reports. */
    public StackTraceElement[] stackTrace() {
        return thread.getStackTrace();
    }

    public String name() {
        return thread.getName();
    }
}
