package org.irqlab.lab.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C: ends what runs, then holds the JVM's shutdown up until the main thread has reported what
 * is finished.
 *
 * <p><b>Threads.</b> The main thread opens and closes it; the JVM runs the action on its shutdown
 * thread.
 */
final class Interruption implements AutoCloseable {
    private static final long REPORT_SECONDS = 20;

    private final CountDownLatch reported = new CountDownLatch(1);
    private final Thread hook;
    // Guarded by this.
    private boolean requested;
    private Runnable action = () -> {};

    Interruption() {
        hook = new Thread(this::request, "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void request() {
        Runnable now;
        synchronized (this) {
            requested = true;
            now = action;
        }
        now.run();
        awaitReport();
    }

    /** Sets what ends that which runs; done at once if Ctrl-C came before. */
    void onRequest(Runnable action) {
        boolean late;
        synchronized (this) {
            this.action = action;
            late = requested;
        }
        if (late) {
            action.run();
        }
    }

    private void awaitReport() {
        try {
            reported.await(REPORT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized boolean requested() {
        return requested;
    }

    /** Lets a shutdown that is under way go on. */
    @Override
    public void close() {
        reported.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The shutdown is under way: the hook has done its work.
            return;
        }
    }
}
