package org.irqlab.kernel.softirq;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.PrivateWord;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import java.lang.invoke.VarHandle;

/**
 * J-08: a tasklet is scheduled again just when its run begins, scheduled by two CPUs, and run by
 * two CPUs.
 */
public class TaskletStress {
    private static final VarHandle STATE = PrivateWord.of(Tasklet.class, "state", int.class);

    private TaskletStress() {}

    /** Either the call leads to a run of its own, or the run that begins sees its payload. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Coalesced into a run that sees the payload.")
    @Outcome(id = "1, [01]", expect = ACCEPTABLE, desc = "Another run follows.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "The payload is served by no run at all.")
    @State
    public static class ScheduleAgainstRun extends Scheduled {
        @Actor
        public void driver(II_Result r) {
            schedule(r);
        }

        @Actor
        public void softirq(II_Result r) {
            tasklet.tryRun();
            tasklet.beginRun();
            r.r2 = payload;
            tasklet.endRun();
        }
    }

    /** Two CPUs schedule it at once: it is on one list only. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One of them puts it on its list.")
    @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "On the lists of two CPUs, by one link field.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "SCHED without a list: never runs again.")
    @State
    public static class TwoSchedule extends Unscheduled {
        @Actor
        public void cpu0(II_Result r) {
            r.r1 = tasklet.trySchedule() ? 1 : 0;
        }

        @Actor
        public void cpu1(II_Result r) {
            r.r2 = tasklet.trySchedule() ? 1 : 0;
        }
    }

    /** Two CPUs have it on their lists, one from before the run of the other. */
    @JCStressTest
    @Outcome(
            id = {"1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "One run after the other.")
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "Ran on one CPU; the other tries again in its next pass.")
    @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "On two CPUs at once, or on stale data.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Kept out by nobody.")
    @State
    public static class TwoRun extends Unscheduled {
        @Actor
        public void cpu0(II_Result r) {
            r.r1 = tasklet.tryRun() ? run() : 0;
        }

        @Actor
        public void cpu1(II_Result r) {
            r.r2 = tasklet.tryRun() ? run() : 0;
        }
    }

    /** A run that clears SCHED without reading who else has set it. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Coalesced into a run that sees the payload.")
    @Outcome(id = "1, [01]", expect = ACCEPTABLE, desc = "Another run follows.")
    @Outcome(
            id = "0, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "No run sees the payload: it was read before SCHED was seen cleared.")
    @State
    public static class BrokenClearByReleaseStore extends Scheduled {
        @Actor
        public void driver(II_Result r) {
            schedule(r);
        }

        @Actor
        public void softirq(II_Result r) {
            tasklet.tryRun();
            // SCHED off, RUN stays.
            STATE.setRelease(tasklet, Tasklet.RUN);
            r.r2 = payload;
            tasklet.endRun();
        }
    }

    /** A run that clears SCHED when it is over. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Coalesced into a run that sees the payload.")
    @Outcome(id = "1, [01]", expect = ACCEPTABLE, desc = "Another run follows.")
    @Outcome(
            id = "0, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "No run sees the payload: it came while SCHED was still set.")
    @State
    public static class BrokenClearAfterRun extends Scheduled {
        @Actor
        public void driver(II_Result r) {
            schedule(r);
        }

        @Actor
        public void softirq(II_Result r) {
            tasklet.tryRun();
            r.r2 = payload;
            tasklet.beginRun();
            tasklet.endRun();
        }
    }

    /** A schedule that looks first and sets then, in two steps. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "One of them puts it on its list.")
    @Outcome(
            id = "1, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "On the lists of two CPUs, by one link field.")
    @State
    public static class BrokenLookThenSchedule extends Unscheduled {
        private boolean lookThenSchedule() {
            if (tasklet.scheduled()) {
                return false;
            }
            tasklet.trySchedule();
            return true;
        }

        @Actor
        public void cpu0(II_Result r) {
            r.r1 = lookThenSchedule() ? 1 : 0;
        }

        @Actor
        public void cpu1(II_Result r) {
            r.r2 = lookThenSchedule() ? 1 : 0;
        }
    }

    /** A run that looks for RUN first and sets it then, in two steps. */
    @JCStressTest
    @Outcome(
            id = {"1, 2", "2, 1"},
            expect = ACCEPTABLE,
            desc = "One run after the other.")
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "Ran on one CPU; the other tries again in its next pass.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "On two CPUs at once.")
    @State
    public static class BrokenLookThenRun extends Unscheduled {
        private boolean lookThenRun() {
            if (tasklet.running()) {
                return false;
            }
            tasklet.tryRun();
            return true;
        }

        @Actor
        public void cpu0(II_Result r) {
            r.r1 = lookThenRun() ? run() : 0;
        }

        @Actor
        public void cpu1(II_Result r) {
            r.r2 = lookThenRun() ? run() : 0;
        }
    }

    /** A tasklet that nobody has scheduled, and what its runs count. */
    public static class Unscheduled {
        final Tasklet tasklet = new Tasklet(cpu -> {}, 1, 1);
        private int runs;

        /** Runs with RUN set; returns the number of the run. */
        int run() {
            int number = ++runs;
            tasklet.endRun();
            return number;
        }
    }

    /** A tasklet on a list, and what its driver has for it. */
    public static class Scheduled {
        final Tasklet tasklet = new Tasklet(cpu -> {}, 1, 1);
        int payload;

        Scheduled() {
            tasklet.trySchedule();
        }

        void schedule(II_Result r) {
            payload = 1;
            r.r1 = tasklet.trySchedule() ? 1 : 0;
        }
    }
}
