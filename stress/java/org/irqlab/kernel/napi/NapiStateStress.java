package org.irqlab.kernel.napi;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.PrivateWord;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

import java.lang.invoke.VarHandle;

/**
 * J-09: a device has something new just when the poll that looked for it completes, and two
 * contexts want the instance at once.
 */
public class NapiStateStress {
    private static final VarHandle STATE = PrivateWord.of(NapiState.class, "state", int.class);

    private NapiStateStress() {}

    /**
     * Results: the request took the instance; the poll, or the one more that its completion asked
     * for, saw the event; the instance is owned at the end.
     */
    @JCStressTest
    @Outcome(id = "1, [01], 1", expect = ACCEPTABLE, desc = "The request brings a poll of its own.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Missed, and polled once more.")
    @Outcome(id = "0, 0, .", expect = FORBIDDEN, desc = "Nobody polls for the event.")
    @Outcome(expect = FORBIDDEN, desc = "Owned by nobody, or for ever.")
    @State
    public static class RequestAgainstComplete extends Polled {
        @Actor
        public void driver(III_Result r) {
            request(r);
        }

        @Actor
        public void poller(III_Result r) {
            r.r2 = event;
            if (napi.complete() == NapiState.Completion.MISSED) {
                r.r2 = event;
                napi.complete();
            }
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = owned();
        }
    }

    /** Two requests at once: one owner. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One owner; the other is missed.")
    @Outcome(expect = FORBIDDEN, desc = "Two owners, or none.")
    @State
    public static class TwoRequests extends Idle {
        @Actor
        public void one(II_Result r) {
            r.r1 = took(napi.schedulePrep());
        }

        @Actor
        public void two(II_Result r) {
            r.r2 = took(napi.schedulePrep());
        }
    }

    /** A request against a task that polls by itself. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One owner.")
    @Outcome(expect = FORBIDDEN, desc = "Two owners, or none.")
    @State
    public static class RequestAgainstBusyPoll extends Idle {
        @Actor
        public void driver(II_Result r) {
            r.r1 = took(napi.schedulePrep());
        }

        @Actor
        public void task(II_Result r) {
            r.r2 = napi.tryBusyPoll() ? 1 : 0;
        }
    }

    /**
     * A request against the task that gives up polling by itself. Results: the event is seen by its
     * last poll, or by the one more; the instance is owned at the end.
     */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Seen by the last poll, or missed.")
    @Outcome(id = "[01], 1", expect = ACCEPTABLE, desc = "The request brings a poll of its own.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Nobody polls for the event.")
    @State
    public static class RequestAgainstEndOfBusyPoll extends Idle {
        private int event;

        public RequestAgainstEndOfBusyPoll() {
            napi.tryBusyPoll();
        }

        @Actor
        public void driver() {
            event = 1;
            napi.schedulePrep();
        }

        @Actor
        public void task(II_Result r) {
            napi.leaveBusyPoll();
            r.r1 = event;
            if (napi.complete() == NapiState.Completion.MISSED) {
                r.r1 = event;
                napi.complete();
            }
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = napi.has(NapiState.SCHED) ? 1 : 0;
        }
    }

    /** A request against a disable: results are whether each took the instance. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "A poll to wait for.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Disabled.")
    @Outcome(expect = FORBIDDEN, desc = "Polled when its driver thinks it is not, or nobody's.")
    @State
    public static class RequestAgainstDisable extends Idle {
        @Actor
        public void driver(II_Result r) {
            r.r1 = took(napi.schedulePrep());
        }

        @Actor
        public void closer(II_Result r) {
            napi.announceDisable();
            r.r2 = napi.tryDisable() ? 1 : 0;
        }
    }

    /** A completion that looks for MISSED, and gives up in a second step. */
    @JCStressTest
    @Outcome(id = "1, [01], 1", expect = ACCEPTABLE, desc = "The request brings a poll of its own.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Missed, and polled once more.")
    @Outcome(
            id = "0, 0, .",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Nobody polls for the event: it was missed between the two steps.")
    @State
    public static class BrokenLookThenComplete extends Polled {
        @Actor
        public void driver(III_Result r) {
            request(r);
        }

        @Actor
        public void poller(III_Result r) {
            r.r2 = event;
            if (napi.has(NapiState.MISSED)) {
                r.r2 = event;
            }
            STATE.setVolatile(napi, 0);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = owned();
        }
    }

    /** A request that leaves no trace where it finds the instance owned. */
    @JCStressTest
    @Outcome(id = "1, [01], 1", expect = ACCEPTABLE, desc = "The request brings a poll of its own.")
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Seen by the poll that goes on.")
    @Outcome(
            id = "0, 0, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Nobody polls for the event: the poll had looked before.")
    @State
    public static class BrokenRequestWithoutMissed extends Polled {
        @Actor
        public void driver(III_Result r) {
            event = 1;
            int before = (int) STATE.getAndBitwiseOr(napi, NapiState.SCHED);
            r.r1 = (before & NapiState.SCHED) == 0 ? 1 : 0;
        }

        @Actor
        public void poller(III_Result r) {
            r.r2 = event;
            if (napi.complete() == NapiState.Completion.MISSED) {
                r.r2 = event;
                napi.complete();
            }
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = owned();
        }
    }

    /** A request that looks first and takes then, in two steps. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One owner; the other is missed.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "Two owners.")
    @State
    public static class BrokenLookThenTake extends Idle {
        private int lookThenTake() {
            return napi.has(NapiState.SCHED) ? 0 : take();
        }

        private int take() {
            STATE.getAndBitwiseOr(napi, NapiState.SCHED);
            return 1;
        }

        @Actor
        public void one(II_Result r) {
            r.r1 = lookThenTake();
        }

        @Actor
        public void two(II_Result r) {
            r.r2 = lookThenTake();
        }
    }

    /** A busy poller that forgets what was missed after its last poll, not before. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Seen by the last poll.")
    @Outcome(id = "[01], 1", expect = ACCEPTABLE, desc = "The request brings a poll of its own.")
    @Outcome(
            id = "0, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Nobody polls for the event: missed, and forgotten.")
    @State
    public static class BrokenForgetAfterPoll extends Idle {
        private int event;

        public BrokenForgetAfterPoll() {
            napi.tryBusyPoll();
        }

        @Actor
        public void driver() {
            event = 1;
            napi.schedulePrep();
        }

        @Actor
        public void task(II_Result r) {
            r.r1 = event;
            napi.leaveBusyPoll();
            napi.complete();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = napi.has(NapiState.SCHED) ? 1 : 0;
        }
    }

    private static int took(NapiRequest request) {
        return request == NapiRequest.SCHEDULED ? 1 : 0;
    }

    /** An instance that nobody owns. */
    public static class Idle {
        final NapiState napi = new NapiState();

        Idle() {
            napi.enable(false);
        }
    }

    /** An instance that somebody polls, and a device that has something new. */
    public static class Polled extends Idle {
        int event;

        Polled() {
            napi.schedulePrep();
        }

        void request(III_Result r) {
            event = 1;
            r.r1 = took(napi.schedulePrep());
        }

        final int owned() {
            return napi.has(NapiState.SCHED) ? 1 : 0;
        }
    }
}
