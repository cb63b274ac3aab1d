package org.irqlab.kernel.locking;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.PrivateWord;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.ZZ_Result;

import java.lang.invoke.VarHandle;

/**
 * The fast path of a mutex: one owner at a time, and an owner that gives up sees the waiter, or the
 * waiter gets the mutex (J-02).
 */
public class MutexWordStress {
    private static final VarHandle OWNER = PrivateWord.of(MutexWord.class, "owner", Object.class);

    private MutexWordStress() {}

    /** A waiter counts itself and tries, while the owner gives up. */
    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Got it, and is woken for nothing.")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Got it after the release.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Sleeps, and will be woken.")
    @Outcome(
            id = "false, false",
            expect = FORBIDDEN,
            desc = "Sleeps for a mutex that is free, and nobody will wake it.")
    @State
    public static class WaitAgainstRelease extends Owned {
        @Actor
        public void waiter(ZZ_Result r) {
            word.setWaiters(1);
            r.r1 = word.tryTake(this);
        }

        @Actor
        public void owner(ZZ_Result r) {
            r.r2 = word.release();
        }
    }

    /** Two tasks count, each if it gets the mutex. */
    @JCStressTest
    @Outcome(
            id = {"1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "One after the other.")
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "Owned by the other.")
    @Outcome(expect = FORBIDDEN, desc = "Two owners at once, or one that reads stale data.")
    @State
    public static class TwoTake extends Free {
        @Actor
        public void first(II_Result r) {
            if (word.tryTake(FIRST)) {
                r.r1 = ++count;
                word.release();
            }
        }

        @Actor
        public void second(II_Result r) {
            if (word.tryTake(SECOND)) {
                r.r2 = ++count;
                word.release();
            }
        }
    }

    /** An owner whose look for waiters may pass its release. */
    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Got it, and is woken for nothing.")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Got it after the release.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Sleeps, and will be woken.")
    @Outcome(
            id = "false, false",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost waiter: the release was stored after the look.")
    @State
    public static class BrokenReleaseByStore extends Owned {
        @Actor
        public void waiter(ZZ_Result r) {
            word.setWaiters(1);
            r.r1 = word.tryTake(this);
        }

        @Actor
        public void owner(ZZ_Result r) {
            OWNER.setRelease(word, null);
            r.r2 = word.contended();
        }
    }

    /** A take that looks first and stores then, in two steps. */
    @JCStressTest
    @Outcome(
            id = {"1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "One after the other.")
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "Owned by the other.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "Two owners at once.")
    @State
    public static class BrokenLookThenTake extends Free {
        private boolean lookThenTake(Object self) {
            if (word.owner() != null) {
                return false;
            }
            word.handTo(self);
            return true;
        }

        @Actor
        public void first(II_Result r) {
            if (lookThenTake(FIRST)) {
                r.r1 = ++count;
                word.release();
            }
        }

        @Actor
        public void second(II_Result r) {
            if (lookThenTake(SECOND)) {
                r.r2 = ++count;
                word.release();
            }
        }
    }

    /** A mutex with an owner. */
    public static class Owned {
        final MutexWord word = new MutexWord();

        public Owned() {
            word.handTo("owner");
        }
    }

    /** A free mutex, and what it guards. */
    public static class Free {
        static final Object FIRST = "first";
        static final Object SECOND = "second";

        final MutexWord word = new MutexWord();
        int count;
    }
}
