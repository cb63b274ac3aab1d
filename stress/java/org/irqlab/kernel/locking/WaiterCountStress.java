package org.irqlab.kernel.locking;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.PrivateWord;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

import java.lang.invoke.VarHandle;

/**
 * J-02 at a wait queue: a waiter counts itself and tests, a waker makes the condition true and
 * looks whether anybody waits.
 */
public class WaiterCountStress {
    private static final VarHandle COUNT = PrivateWord.of(WaiterCount.class, "count", int.class);

    private WaiterCountStress() {}

    /** The condition is plain data: the fences alone order it. */
    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Goes on, and is woken for nothing.")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Saw the condition in time.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Sleeps, and will be woken.")
    @Outcome(
            id = "false, false",
            expect = FORBIDDEN,
            desc = "Lost wake-up: sleeps with its condition true, and the waker saw nobody.")
    @State
    public static class WaitAgainstLook extends Queue {
        @Actor
        public void waiter(ZZ_Result r) {
            waiters.set(1);
            r.r1 = condition == 1;
        }

        @Actor
        public void waker(ZZ_Result r) {
            condition = 1;
            r.r2 = waiters.any();
        }
    }

    /** A waker that may look before its condition is out. */
    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Goes on, and is woken for nothing.")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Saw the condition in time.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Sleeps, and will be woken.")
    @Outcome(
            id = "false, false",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost wake-up: the waker looked before its condition was stored.")
    @State
    public static class BrokenLookWithoutFence extends Queue {
        @Actor
        public void waiter(ZZ_Result r) {
            waiters.set(1);
            r.r1 = condition == 1;
        }

        @Actor
        public void waker(ZZ_Result r) {
            condition = 1;
            r.r2 = (int) COUNT.getOpaque(waiters) != 0;
        }
    }

    /** A waiter whose count may come after its test. */
    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "Goes on, and is woken for nothing.")
    @Outcome(id = "true, false", expect = ACCEPTABLE, desc = "Saw the condition in time.")
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "Sleeps, and will be woken.")
    @Outcome(
            id = "false, false",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost wake-up: the waiter tested before it was counted.")
    @State
    public static class BrokenCountByRelease extends Queue {
        @Actor
        public void waiter(ZZ_Result r) {
            COUNT.setRelease(waiters, 1);
            r.r1 = condition == 1;
        }

        @Actor
        public void waker(ZZ_Result r) {
            condition = 1;
            r.r2 = waiters.any();
        }
    }

    /** A queue, and what its waiters wait for. */
    public static class Queue {
        final WaiterCount waiters = new WaiterCount();
        int condition;
    }
}
