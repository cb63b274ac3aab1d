package org.irqlab.hw.cpu;

import org.irqlab.base.time.HostClock;

import java.util.concurrent.locks.LockSupport;

/**
 * A performance counter of all CPUs that overflows in even steps of time, whatever the CPUs do.
 *
 * <p><b>Threads.</b> A host thread of its own calls. Begun and closed by one thread, which is not
 * that one.
 */
public final class OverflowCounter implements AutoCloseable {
    private final Thread thread;
    private volatile boolean closing;

    /**
     * Makes the counter; it stands still yet.
     *
     * @param periodNs between two overflows; a host that is late makes them fewer, not closer
     */
    public OverflowCounter(long periodNs, Runnable overflow) {
        thread =
                Thread.ofPlatform().name("pmu").daemon().unstarted(() -> count(periodNs, overflow));
    }

    private void count(long periodNs, Runnable overflow) {
        long dueNs = HostClock.nowNs() + periodNs;
        while (!closing) {
            long left = dueNs - HostClock.nowNs();
            if (left > 0) {
                LockSupport.parkNanos(left);
            } else {
                overflow.run();
                dueNs = HostClock.nowNs() + periodNs;
            }
        }
    }

    public void begin() {
        thread.start();
    }

    /** Stops counting; after the return nothing is called any more. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
