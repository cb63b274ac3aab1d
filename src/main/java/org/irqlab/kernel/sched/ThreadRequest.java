package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;

/**
 * Whether a kernel thread has been asked to run since its last run began: RUNTHREAD of an interrupt
 * thread.
 *
 * <p>The request is taken before the run, so that a request during the run leads to one more run.
 * Only the call that made the request wakes the thread; the others are merged into it.
 *
 * <p><b>Threads.</b> {@link #make} by any holder; {@link #await} by the thread. <b>Progress.</b>
 * Wait-free but for the wait itself.
 *
 * <p><b>Memory ordering.</b> What was written before a request is visible to a run that begins
 * afterwards, also when the request was merged.
 *
 * @see "Linux kernel/irq/manage.c, __irq_wake_thread and irq_wait_for_interrupt"
 */
public final class ThreadRequest {
    private static final BooleanSupplier NEVER = () -> false;
    private static final VarHandle REQUESTED;

    static {
        try {
            REQUESTED =
                    MethodHandles.lookup()
                            .findVarHandle(ThreadRequest.class, "requested", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Any thread, through REQUESTED.
    private int requested;

    /**
     * Makes a request. Full barrier; pairs with the exchange in {@link #takeOrAnnounce}.
     *
     * @return whether the caller has to wake the thread; {@code false} when an earlier request is
     *     still to be taken, by a run that has not begun
     */
    @HotPath
    public boolean make() {
        return (int) REQUESTED.getAndSet(this, 1) == 0;
    }

    /**
     * Sleeps until there is a request, and takes it. By the thread, whose task is {@code self}; it
     * spends the thread's ways from its work to sleep, and from there to its work.
     */
    public void await(Task self) {
        await(self, NEVER);
    }

    /**
     * As above, or until {@code stop} holds; whoever makes it hold wakes the thread afterwards. A
     * request is taken first.
     *
     * @return whether a request was taken
     */
    public boolean await(Task self, BooleanSupplier stop) {
        if (!requested()) {
            self.cpu().threadPaths().burnLeave();
        }
        self.sleepLetter = 'S';
        boolean slept = false;
        while (!takeOrAnnounce(self.sleep())) {
            // After the announcement, as the look at the request.
            if (stop.getAsBoolean()) {
                self.finishSleep();
                return false;
            }
            self.cpu().scheduler().schedule();
            slept = true;
        }
        if (slept) {
            self.cpu().threadPaths().burnStart();
        }
        return true;
    }

    /**
     * Whether a request waits; one that was made before a lock was taken is seen with that lock.
     */
    @HotPath
    public boolean requested() {
        return (int) REQUESTED.getOpaque(this) != 0;
    }

    /**
     * Takes a request if there is one; otherwise leaves {@code sleep} announced, so that a request
     * from now on ends it.
     */
    @HotPath
    boolean takeOrAnnounce(SleepState sleep) {
        sleep.announce();
        // After the announcement: a request that is not seen here finds a sleeper to wake.
        if ((int) REQUESTED.getVolatile(this) == 0) {
            return false;
        }
        sleep.cancel();
        return take();
    }

    /** Takes a request if there is one. By the thread, awake; a run follows. */
    @HotPath
    public boolean take() {
        // An exchange: reads, so acquires, every request that it takes. Pairs with make().
        return (int) REQUESTED.getAndSet(this, 0) != 0;
    }
}
