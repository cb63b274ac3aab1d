package org.irqlab.kernel.sched;

import static org.irqlab.kernel.sched.SleepState.Wake.WON;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.PrivateWord;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LII_Result;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.LZ_Result;

import java.lang.invoke.VarHandle;

/**
 * A task goes to sleep while it is woken: whoever wins the wake sees what the task's CPU has left,
 * and knows whether that CPU, or its fair queue, still has the task in its hands.
 */
public class SleepHandOverStress {
    private static final VarHandle STATE = PrivateWord.of(SleepState.class, "state", int.class);

    private SleepHandOverStress() {}

    private static SleepState running() {
        var state = new SleepState();
        state.tryWake();
        state.enqueued();
        return state;
    }

    private static SleepState delayed() {
        SleepState state = running();
        state.announce();
        state.publishAsleep(true);
        return state;
    }

    /** One turn: enters the CPU, sleeps, is dequeued, then the CPU puts its affairs in order. */
    @JCStressTest
    @Outcome(
            id = {"NOT_NEEDED, 0, 0", "STAYS_AWAKE, 0, 0"},
            expect = ACCEPTABLE,
            desc = "Woken too early to matter.")
    @Outcome(id = "WON, 1, 1", expect = ACCEPTABLE, desc = "Left to the CPU that has it.")
    @Outcome(id = "WON, 1, 2", expect = ACCEPTABLE, desc = "Off its CPU: taken to another one.")
    @Outcome(
            id = "WON, 1, 0",
            expect = FORBIDDEN,
            desc = "Runs on a second CPU while the first still works on it.")
    @Outcome(id = "WON, 0, .", expect = FORBIDDEN, desc = "Queued with the times of an older run.")
    @State
    public static class WakeAgainstSwitch extends Turn {
        @Actor
        public void cpu() {
            state.entersCpu();
            state.announce();
            times = 1;
            if (state.publishAsleep(false)) {
                affairs = 1;
                state.leavesCpu();
            }
        }

        @Actor
        public void waker(LII_Result r) {
            wake(r);
        }
    }

    /** The fair queue lets go of a delayed sleeper while somebody wakes it. */
    @JCStressTest
    @Outcome(id = "WON_DELAYED, false", expect = ACCEPTABLE, desc = "Woken out of the queue.")
    @Outcome(id = "WON, false", expect = ACCEPTABLE, desc = "Woken after the queue let go.")
    @Outcome(
            id = ".*, true",
            expect = FORBIDDEN,
            desc = "Woken, yet asleep: the next wake puts it into a second run queue.")
    @Outcome(expect = FORBIDDEN, desc = "A sleeper that nobody could wake.")
    @State
    public static class WakeAgainstEndOfDelay extends Delayed {
        @Actor
        public void queue() {
            state.delayEnded();
        }

        @Actor
        public void waker(LZ_Result r) {
            r.r1 = state.tryWake();
        }

        @Arbiter
        public void after(LZ_Result r) {
            r.r2 = state.asleep();
        }
    }

    /** Two wakers of a delayed sleeper. */
    @JCStressTest
    @Outcome(
            id = {"WON_DELAYED, NOT_NEEDED", "NOT_NEEDED, WON_DELAYED"},
            expect = ACCEPTABLE,
            desc = "One of them sends it to its queue.")
    @Outcome(expect = FORBIDDEN, desc = "Queued twice, or never.")
    @State
    public static class TwoWakersOfADelayedSleeper extends Delayed {
        @Actor
        public void first(LL_Result r) {
            r.r1 = state.tryWake();
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = state.tryWake();
        }
    }

    /** A CPU that says that it works on the task after it has let the wakers have it. */
    @JCStressTest
    @Outcome(
            id = {"NOT_NEEDED, 0, 0", "STAYS_AWAKE, 0, 0"},
            expect = ACCEPTABLE,
            desc = "Woken too early to matter.")
    @Outcome(id = "WON, 1, 1", expect = ACCEPTABLE, desc = "Left to the CPU that has it.")
    @Outcome(id = "WON, 1, 2", expect = ACCEPTABLE, desc = "Off its CPU: taken to another one.")
    @Outcome(
            id = "WON, 1, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Runs on a second CPU while the first still works on it: it said so too late.")
    @State
    public static class BrokenEnterAfterPublish extends Turn {
        @Actor
        public void cpu() {
            state.announce();
            times = 1;
            if (state.publishAsleep(false)) {
                state.entersCpu();
                affairs = 1;
                state.leavesCpu();
            }
        }

        @Actor
        public void waker(LII_Result r) {
            wake(r);
        }
    }

    /** A CPU that lets go of the task before its affairs are in order. */
    @JCStressTest
    @Outcome(
            id = {"NOT_NEEDED, 0, 0", "STAYS_AWAKE, 0, 0"},
            expect = ACCEPTABLE,
            desc = "Woken too early to matter.")
    @Outcome(id = "WON, 1, 1", expect = ACCEPTABLE, desc = "Left to the CPU that has it.")
    @Outcome(id = "WON, 1, 2", expect = ACCEPTABLE, desc = "Off its CPU: taken to another one.")
    @Outcome(
            id = "WON, 1, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Runs on a second CPU while the first still works on it.")
    @State
    public static class BrokenLeaveBeforeWork extends Turn {
        @Actor
        public void cpu() {
            state.entersCpu();
            state.announce();
            times = 1;
            if (state.publishAsleep(false)) {
                state.leavesCpu();
                affairs = 1;
            }
        }

        @Actor
        public void waker(LII_Result r) {
            wake(r);
        }
    }

    /** A dequeue that writes its times after it has let the wakers have the task. */
    @JCStressTest
    @Outcome(
            id = {"NOT_NEEDED, 0, 0", "STAYS_AWAKE, 0, 0"},
            expect = ACCEPTABLE,
            desc = "Woken too early to matter.")
    @Outcome(id = "WON, 1, 1", expect = ACCEPTABLE, desc = "Left to the CPU that has it.")
    @Outcome(id = "WON, 1, 2", expect = ACCEPTABLE, desc = "Off its CPU: taken to another one.")
    @Outcome(
            id = "WON, 0, .",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Queued with the times of an older run.")
    @State
    public static class BrokenPublishBeforeDequeue extends Turn {
        @Actor
        public void cpu() {
            state.entersCpu();
            state.announce();
            if (state.publishAsleep(false)) {
                times = 1;
                affairs = 1;
                state.leavesCpu();
            }
        }

        @Actor
        public void waker(LII_Result r) {
            wake(r);
        }
    }

    /** A fair queue that looks first and lets go then, in two steps. */
    @JCStressTest
    @Outcome(id = "WON_DELAYED, false", expect = ACCEPTABLE, desc = "Woken out of the queue.")
    @Outcome(id = "WON, false", expect = ACCEPTABLE, desc = "Woken after the queue let go.")
    @Outcome(
            id = "WON_DELAYED, true",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Woken, yet asleep: the queue wiped out a wake.")
    @State
    public static class BrokenEndOfDelayByStore extends Delayed {
        @Actor
        public void queue() {
            if ((int) STATE.getVolatile(state) == SleepState.DELAYED) {
                STATE.setVolatile(state, SleepState.ASLEEP);
            }
        }

        @Actor
        public void waker(LZ_Result r) {
            r.r1 = state.tryWake();
        }

        @Arbiter
        public void after(LZ_Result r) {
            r.r2 = state.asleep();
        }
    }

    /** A task that runs, what its CPU leaves in it, and a waker who looks at that. */
    public static class Turn {
        final SleepState state = running();
        int times;
        int affairs;

        void wake(LII_Result r) {
            SleepState.Wake wake = state.tryWake();
            r.r1 = wake;
            if (wake == WON) {
                r.r2 = times;
                r.r3 = state.onCpu() ? 1 : 2 * affairs;
            }
        }
    }

    /** A task that sleeps, and is still in the fair queue. */
    public static class Delayed {
        final SleepState state = delayed();
    }
}
