package org.irqlab.kernel.locking;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The spin lock: one holder at a time, and the next one sees what the last one wrote. */
public class RawSpinLockStress {
    private RawSpinLockStress() {}

    /** Two CPUs count under the lock. */
    @JCStressTest
    @Outcome(
            id = {"1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "One after the other.")
    @Outcome(expect = FORBIDDEN, desc = "Two holders at once, or one that reads stale data.")
    @State
    public static class CountUnderLock {
        private final RawSpinLock lock = new RawSpinLock();
        private int count;

        @Actor
        public void cpu0(II_Result r) {
            lock.lock(0);
            r.r1 = ++count;
            lock.unlock(0);
        }

        @Actor
        public void cpu1(II_Result r) {
            lock.lock(1);
            r.r2 = ++count;
            lock.unlock(1);
        }
    }

    /** One CPU counts only if it gets the lock at once. */
    @JCStressTest
    @Outcome(
            id = {"1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "One after the other.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Held by the other CPU.")
    @Outcome(expect = FORBIDDEN, desc = "Two holders at once, or one that reads stale data.")
    @State
    public static class CountWithTryLock {
        private final RawSpinLock lock = new RawSpinLock();
        private int count;

        @Actor
        public void cpu0(II_Result r) {
            lock.lock(0);
            r.r1 = ++count;
            lock.unlock(0);
        }

        @Actor
        public void cpu1(II_Result r) {
            if (lock.tryLock(1)) {
                r.r2 = ++count;
                lock.unlock(1);
            }
        }
    }

    /** A lock that looks first and takes then, in two steps. */
    @JCStressTest
    @Outcome(
            id = {"1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "One after the other.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "Two holders at once.")
    @State
    public static class BrokenTestThenSet {
        private static final VarHandle WORD;

        static {
            try {
                WORD =
                        MethodHandles.lookup()
                                .findVarHandle(BrokenTestThenSet.class, "word", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int word;
        private int count;

        @Actor
        public void cpu0(II_Result r) {
            lock();
            r.r1 = ++count;
            WORD.setRelease(this, 0);
        }

        @Actor
        public void cpu1(II_Result r) {
            lock();
            r.r2 = ++count;
            WORD.setRelease(this, 0);
        }

        private void lock() {
            while ((int) WORD.getAcquire(this) != 0) {
                Thread.onSpinWait();
            }
            WORD.setVolatile(this, 1);
        }
    }
}
