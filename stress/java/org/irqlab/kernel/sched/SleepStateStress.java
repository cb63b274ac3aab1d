package org.irqlab.kernel.sched;

import static org.irqlab.kernel.sched.SleepState.Wake.NOT_NEEDED;
import static org.irqlab.kernel.sched.SleepState.Wake.WON;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.PrivateWord;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.ZL_Result;

import java.lang.invoke.VarHandle;

/**
 * J-02 at the task: a sleeper announces and tests its condition, a waker makes the condition true
 * and looks for a sleeper. One of them must see the other, and of several wakers one must win.
 */
public class SleepStateStress {
    private static final VarHandle STATE = PrivateWord.of(SleepState.class, "state", int.class);

    private SleepStateStress() {}

    private static SleepState running() {
        var state = new SleepState();
        state.tryWake();
        state.enqueued();
        return state;
    }

    /** The condition is plain data: the fences alone order it. */
    @JCStressTest
    @Outcome(id = "false, NOT_NEEDED", expect = ACCEPTABLE, desc = "Saw the condition in time.")
    @Outcome(id = "false, STAYS_AWAKE", expect = ACCEPTABLE, desc = "Woken before it slept.")
    @Outcome(id = "true, WON", expect = ACCEPTABLE, desc = "Slept, and one wake is on its way.")
    @Outcome(
            id = "true, NOT_NEEDED",
            expect = FORBIDDEN,
            desc = "Lost wake-up: asleep with its condition true, and nobody will wake it.")
    @Outcome(expect = FORBIDDEN, desc = "A wake for a task that does not sleep.")
    @State
    public static class SleepAgainstWake extends Waiting {
        @Actor
        public void sleeper(ZL_Result r) {
            sleep(r);
        }

        @Actor
        public void waker(ZL_Result r) {
            wake(r);
        }
    }

    /** Two wakers of a task that sleeps. */
    @JCStressTest
    @Outcome(
            id = {"WON, NOT_NEEDED", "NOT_NEEDED, WON"},
            expect = ACCEPTABLE,
            desc = "One of them brings it into a run queue.")
    @Outcome(id = "WON, WON", expect = FORBIDDEN, desc = "One task in two run queues.")
    @Outcome(expect = FORBIDDEN, desc = "Asleep with two wakes sent.")
    @State
    public static class TwoWakersOfASleeper extends Sleeping {
        @Actor
        public void first(LL_Result r) {
            r.r1 = state.tryWake();
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = state.tryWake();
        }
    }

    /** Two wakers of a task that has announced its sleep: one counts as the wake. */
    @JCStressTest
    @Outcome(
            id = {"STAYS_AWAKE, NOT_NEEDED", "NOT_NEEDED, STAYS_AWAKE"},
            expect = ACCEPTABLE,
            desc = "One of them kept it awake.")
    @Outcome(expect = FORBIDDEN, desc = "Woken twice, or into a run queue while it runs.")
    @State
    public static class TwoWakersOfAnAnnouncement {
        private final SleepState state = running();

        public TwoWakersOfAnAnnouncement() {
            state.announce();
        }

        @Actor
        public void first(LL_Result r) {
            r.r1 = state.tryWake();
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = state.tryWake();
        }
    }

    /** A sleeper whose announcement may pass its look at the condition. */
    @JCStressTest
    @Outcome(id = "false, NOT_NEEDED", expect = ACCEPTABLE, desc = "Saw the condition in time.")
    @Outcome(id = "false, STAYS_AWAKE", expect = ACCEPTABLE, desc = "Woken before it slept.")
    @Outcome(id = "true, WON", expect = ACCEPTABLE, desc = "Slept, and one wake is on its way.")
    @Outcome(
            id = "true, NOT_NEEDED",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost wake-up: the announcement was stored after the condition was tested.")
    @State
    public static class BrokenAnnounceByRelease extends Waiting {
        @Actor
        public void sleeper(ZL_Result r) {
            STATE.setRelease(state, SleepState.SLEEPING);
            if (condition == 0) {
                r.r1 = state.publishAsleep(false);
            } else {
                state.cancel();
            }
        }

        @Actor
        public void waker(ZL_Result r) {
            wake(r);
        }
    }

    /** A waker that may look for a sleeper before its condition is out. */
    @JCStressTest
    @Outcome(id = "false, NOT_NEEDED", expect = ACCEPTABLE, desc = "Saw the condition in time.")
    @Outcome(id = "false, STAYS_AWAKE", expect = ACCEPTABLE, desc = "Woken before it slept.")
    @Outcome(id = "true, WON", expect = ACCEPTABLE, desc = "Slept, and one wake is on its way.")
    @Outcome(
            id = "true, NOT_NEEDED",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost wake-up: the waker saw a running task before its condition was stored.")
    @State
    public static class BrokenWakeWithoutFence extends Waiting {
        @Actor
        public void sleeper(ZL_Result r) {
            sleep(r);
        }

        @Actor
        public void waker(ZL_Result r) {
            condition = 1;
            // A look of its own, without the fence before it; a wake only if it sees a sleeper.
            boolean awake = (int) STATE.getVolatile(state) == SleepState.RUNNING;
            r.r2 = awake ? NOT_NEEDED : state.tryWake();
        }
    }

    /** A sleep that trusts the test made after the announcement. */
    @JCStressTest
    @Outcome(id = "false, NOT_NEEDED", expect = ACCEPTABLE, desc = "Saw the condition in time.")
    @Outcome(id = "false, STAYS_AWAKE", expect = ACCEPTABLE, desc = "Woken before it slept.")
    @Outcome(id = "true, WON", expect = ACCEPTABLE, desc = "Slept, and one wake is on its way.")
    @Outcome(
            id = "true, STAYS_AWAKE",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost wake-up: the sleep wiped out a wake that came after the test.")
    @State
    public static class BrokenSleepByStore extends Waiting {
        @Actor
        public void sleeper(ZL_Result r) {
            state.announce();
            if (condition == 0) {
                STATE.setVolatile(state, SleepState.ASLEEP);
                r.r1 = true;
            } else {
                state.cancel();
            }
        }

        @Actor
        public void waker(ZL_Result r) {
            wake(r);
        }
    }

    /** A wake that looks first and takes then, in two steps. */
    @JCStressTest
    @Outcome(
            id = {"WON, NOT_NEEDED", "NOT_NEEDED, WON"},
            expect = ACCEPTABLE,
            desc = "One of them brings it into a run queue.")
    @Outcome(id = "WON, WON", expect = ACCEPTABLE_INTERESTING, desc = "One task in two run queues.")
    @State
    public static class BrokenLookThenWake extends Sleeping {
        private SleepState.Wake lookThenWake() {
            if (!state.asleep()) {
                return NOT_NEEDED;
            }
            STATE.setVolatile(state, SleepState.WAKING);
            return WON;
        }

        @Actor
        public void first(LL_Result r) {
            r.r1 = lookThenWake();
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = lookThenWake();
        }
    }

    /** A task that runs, what it is about to wait for, and both sides as they are. */
    public static class Waiting {
        final SleepState state = running();
        int condition;

        void sleep(ZL_Result r) {
            state.announce();
            if (condition == 0) {
                r.r1 = state.publishAsleep(false);
            } else {
                state.cancel();
            }
        }

        void wake(ZL_Result r) {
            condition = 1;
            r.r2 = state.tryWake();
        }
    }

    /** A task that sleeps. */
    public static class Sleeping {
        final SleepState state = new SleepState();
    }
}
