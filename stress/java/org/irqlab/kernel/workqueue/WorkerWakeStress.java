package org.irqlab.kernel.workqueue;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.kernel.locking.RawSpinLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The wake-up of a worker: work is queued just when a worker finds none and goes to sleep. A model:
 * the pool is its lock, a list of one and the worker's announcement.
 */
public class WorkerWakeStress {
    private static final int WORKER = 1;
    private static final int QUEUER = 2;

    private WorkerWakeStress() {}

    /** Results: the worker saw the work; the queuer saw a worker that is about to sleep. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The worker takes the work.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The queuer wakes the worker.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "The worker sleeps beside work.")
    @State
    public static class QueueAgainstSleep extends Pool {
        @Actor
        public void worker(II_Result r) {
            lock.lock(WORKER);
            r.r1 = work ? 1 : 0;
            if (!work) {
                asleep.set(true);
            }
            lock.unlock(WORKER);
        }

        @Actor
        public void queuer(II_Result r) {
            queue(r);
        }
    }

    /** A worker that gives the lock back before it announces its sleep. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The worker takes the work.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The queuer wakes the worker.")
    @Outcome(
            id = "0, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "The worker sleeps beside work.")
    @State
    public static class BrokenAnnounceWithoutLock extends Pool {
        @Actor
        public void worker(II_Result r) {
            lock.lock(WORKER);
            boolean seen = work;
            lock.unlock(WORKER);
            r.r1 = seen ? 1 : 0;
            if (!seen) {
                asleep.set(true);
            }
        }

        @Actor
        public void queuer(II_Result r) {
            queue(r);
        }
    }

    /** A pool without work, whose worker is about to look. */
    public static class Pool {
        final RawSpinLock lock = new RawSpinLock();
        final AtomicBoolean asleep = new AtomicBoolean();
        boolean work;

        void queue(II_Result r) {
            lock.lock(QUEUER);
            work = true;
            r.r2 = asleep.get() ? 1 : 0;
            lock.unlock(QUEUER);
        }
    }
}
