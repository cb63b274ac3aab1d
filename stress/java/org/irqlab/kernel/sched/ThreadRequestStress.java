package org.irqlab.kernel.sched;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.PrivateWord;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LII_Result;
import org.openjdk.jcstress.infra.results.LI_Result;

import java.lang.invoke.VarHandle;

/**
 * J-10 at the thread: a top half asks an interrupt thread to run while the thread goes to sleep, or
 * just as it begins a run.
 *
 * <p>The first result is what became of the wake, MERGED if there was no need of one.
 */
public class ThreadRequestStress {
    private static final String MERGED = "MERGED";

    // What the thread did.
    private static final int SLEPT = 2;
    private static final int LOOKS_AGAIN = 3;
    private static final int RAN_AGAIN = 4;

    private static final VarHandle REQUESTED =
            PrivateWord.of(ThreadRequest.class, "requested", int.class);

    private ThreadRequestStress() {}

    private static SleepState running() {
        var state = new SleepState();
        state.tryWake();
        state.enqueued();
        return state;
    }

    /** The thread finds nothing to do and goes to sleep. */
    @JCStressTest
    @Outcome(
            id = {"NOT_NEEDED, 1", "STAYS_AWAKE, 1"},
            expect = ACCEPTABLE,
            desc = "The thread saw the request, and runs with its payload.")
    @Outcome(id = "STAYS_AWAKE, 3", expect = ACCEPTABLE, desc = "Woken before it slept.")
    @Outcome(id = "WON, 2", expect = ACCEPTABLE, desc = "Slept, and the wake is on its way.")
    @Outcome(id = "NOT_NEEDED, 2", expect = FORBIDDEN, desc = "Asleep for ever with RUNTHREAD set.")
    @Outcome(id = ".*, 0", expect = FORBIDDEN, desc = "Ran ahead of the payload.")
    @Outcome(expect = FORBIDDEN, desc = "A wake for a thread that does not sleep.")
    @State
    public static class RequestAgainstSleep extends Idle {
        @Actor
        public void topHalf(LI_Result r) {
            r.r1 = wake();
        }

        @Actor
        public void thread(LI_Result r) {
            r.r2 = request.takeOrAnnounce(sleep) ? payload : sleep();
        }
    }

    /** The thread begins a run, ends it, and looks whether it may sleep. */
    @JCStressTest
    @Outcome(id = "MERGED, 1, 2", expect = ACCEPTABLE, desc = "Merged into a run that sees it.")
    @Outcome(
            id = {"NOT_NEEDED, [01], 4", "STAYS_AWAKE, [01], 4"},
            expect = ACCEPTABLE,
            desc = "Came during the run: ran again.")
    @Outcome(id = "STAYS_AWAKE, [01], 3", expect = ACCEPTABLE, desc = "Woken before it slept.")
    @Outcome(id = "WON, [01], 2", expect = ACCEPTABLE, desc = "Woken after it slept.")
    @Outcome(id = "MERGED, 0, .", expect = FORBIDDEN, desc = "No run will ever see the payload.")
    @Outcome(
            id = "NOT_NEEDED, ., 2",
            expect = FORBIDDEN,
            desc = "Asleep for ever with RUNTHREAD set: the line's next wakes are merged, too.")
    @Outcome(expect = FORBIDDEN, desc = "More runs than requests, or fewer.")
    @State
    public static class RequestAgainstRun extends Requested {
        @Actor
        public void topHalf(LII_Result r) {
            r.r1 = wake();
        }

        @Actor
        public void thread(LII_Result r) {
            request.takeOrAnnounce(sleep);
            r.r2 = payload;
            r.r3 = endOfRun();
        }
    }

    /** A thread that looks for requests before it announces its sleep. */
    @JCStressTest
    @Outcome(
            id = {"NOT_NEEDED, 1", "STAYS_AWAKE, 1"},
            expect = ACCEPTABLE,
            desc = "The thread saw the request, and runs with its payload.")
    @Outcome(id = "STAYS_AWAKE, 3", expect = ACCEPTABLE, desc = "Woken before it slept.")
    @Outcome(id = "WON, 2", expect = ACCEPTABLE, desc = "Slept, and the wake is on its way.")
    @Outcome(
            id = "NOT_NEEDED, 2",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Asleep for ever with RUNTHREAD set: the wake came before the announcement.")
    @State
    public static class BrokenLookThenAnnounce extends Idle {
        @Actor
        public void topHalf(LI_Result r) {
            r.r1 = wake();
        }

        @Actor
        public void thread(LI_Result r) {
            boolean asked = (int) REQUESTED.getVolatile(request) != 0;
            sleep.announce();
            if (asked) {
                sleep.cancel();
                REQUESTED.getAndSet(request, 0);
                r.r2 = payload;
            } else {
                r.r2 = sleep();
            }
        }
    }

    /** A thread that takes the request without reading who else has made it. */
    @JCStressTest
    @Outcome(id = "MERGED, 1, 2", expect = ACCEPTABLE, desc = "Merged into a run that sees it.")
    @Outcome(
            id = {"NOT_NEEDED, [01], 4", "STAYS_AWAKE, [01], 4"},
            expect = ACCEPTABLE,
            desc = "Came during the run: ran again.")
    @Outcome(id = "STAYS_AWAKE, [01], 3", expect = ACCEPTABLE, desc = "Woken before it slept.")
    @Outcome(id = "WON, [01], 2", expect = ACCEPTABLE, desc = "Woken after it slept.")
    @Outcome(
            id = "MERGED, 0, .",
            expect = ACCEPTABLE_INTERESTING,
            desc = "No run sees the payload: it was read before RUNTHREAD was seen cleared.")
    @State
    public static class BrokenTakeByReleaseStore extends Requested {
        @Actor
        public void topHalf(LII_Result r) {
            r.r1 = wake();
        }

        @Actor
        public void thread(LII_Result r) {
            sleep.announce();
            sleep.cancel();
            REQUESTED.setRelease(request, 0);
            r.r2 = payload;
            r.r3 = endOfRun();
        }
    }

    /** A thread that takes the request when its run is over. */
    @JCStressTest
    @Outcome(id = "MERGED, 1, 2", expect = ACCEPTABLE, desc = "Merged into a run that sees it.")
    @Outcome(
            id = {"NOT_NEEDED, [01], 4", "STAYS_AWAKE, [01], 4"},
            expect = ACCEPTABLE,
            desc = "Came during the run: ran again.")
    @Outcome(id = "STAYS_AWAKE, [01], 3", expect = ACCEPTABLE, desc = "Woken before it slept.")
    @Outcome(id = "WON, [01], 2", expect = ACCEPTABLE, desc = "Woken after it slept.")
    @Outcome(
            id = "MERGED, 0, .",
            expect = ACCEPTABLE_INTERESTING,
            desc = "No run sees the payload: it came while RUNTHREAD was still set.")
    @State
    public static class BrokenTakeAfterRun extends Requested {
        @Actor
        public void topHalf(LII_Result r) {
            r.r1 = wake();
        }

        @Actor
        public void thread(LII_Result r) {
            r.r2 = payload;
            request.takeOrAnnounce(sleep);
            r.r3 = endOfRun();
        }
    }

    /** A thread that is awake and has not been asked, and what the top half has for it. */
    public static class Idle {
        final ThreadRequest request = new ThreadRequest();
        final SleepState sleep = running();
        int payload;

        Object wake() {
            payload = 1;
            return request.make() ? sleep.tryWake() : MERGED;
        }

        int sleep() {
            return sleep.publishAsleep(false) ? SLEPT : LOOKS_AGAIN;
        }

        int endOfRun() {
            return request.takeOrAnnounce(sleep) ? RAN_AGAIN : sleep();
        }
    }

    /** The same, when an earlier request is still to be taken. */
    public static class Requested extends Idle {
        Requested() {
            request.make();
        }
    }
}
