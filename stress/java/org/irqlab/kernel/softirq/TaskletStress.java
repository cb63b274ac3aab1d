package org.irqlab.kernel.softirq;

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

/**
 * J-08: a tasklet is scheduled again just when its run begins, scheduled by two CPUs, and run by
 * two CPUs.
 */
public class TaskletStress {
    private TaskletStress() {}

    private static Tasklet tasklet() {
        return new Tasklet(cpu -> {}, 1, 1);
    }

    /** Either the call leads to a run of its own, or the run that begins sees its payload. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Coalesced into a run that sees the payload.")
    @Outcome(id = "1, [01]", expect = ACCEPTABLE, desc = "Another run follows.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "The payload is served by no run at all.")
    @State
    public static class ScheduleAgainstRun {
        private final Tasklet tasklet = tasklet();
        private int payload;

        public ScheduleAgainstRun() {
            tasklet.trySchedule();
        }

        @Actor
        public void driver(II_Result r) {
            payload = 1;
            r.r1 = tasklet.trySchedule() ? 1 : 0;
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
    public static class TwoSchedule {
        private final Tasklet tasklet = tasklet();

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
    public static class TwoRun {
        private final Tasklet tasklet = tasklet();
        private int runs;

        @Actor
        public void cpu0(II_Result r) {
            if (tasklet.tryRun()) {
                r.r1 = ++runs;
                tasklet.endRun();
            }
        }

        @Actor
        public void cpu1(II_Result r) {
            if (tasklet.tryRun()) {
                r.r2 = ++runs;
                tasklet.endRun();
            }
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
    public static class BrokenClearByReleaseStore extends Word {
        private int payload;

        public BrokenClearByReleaseStore() {
            super(Tasklet.SCHED);
        }

        @Actor
        public void driver(II_Result r) {
            payload = 1;
            r.r1 = trySet(Tasklet.SCHED) ? 1 : 0;
        }

        @Actor
        public void softirq(II_Result r) {
            // The store of both: SCHED off, RUN on.
            STATE.setRelease(this, Tasklet.RUN);
            r.r2 = payload;
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
    public static class BrokenClearAfterRun extends Word {
        private int payload;

        public BrokenClearAfterRun() {
            super(Tasklet.SCHED);
        }

        @Actor
        public void driver(II_Result r) {
            payload = 1;
            r.r1 = trySet(Tasklet.SCHED) ? 1 : 0;
        }

        @Actor
        public void softirq(II_Result r) {
            r.r2 = payload;
            STATE.getAndBitwiseAnd(this, ~Tasklet.SCHED);
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
    public static class BrokenLookThenSchedule extends Word {
        public BrokenLookThenSchedule() {
            super(0);
        }

        @Actor
        public void cpu0(II_Result r) {
            r.r1 = lookThenSet(Tasklet.SCHED) ? 1 : 0;
        }

        @Actor
        public void cpu1(II_Result r) {
            r.r2 = lookThenSet(Tasklet.SCHED) ? 1 : 0;
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
    public static class BrokenLookThenRun extends Word {
        private int runs;

        public BrokenLookThenRun() {
            super(0);
        }

        @Actor
        public void cpu0(II_Result r) {
            if (lookThenSet(Tasklet.RUN)) {
                r.r1 = ++runs;
                STATE.getAndBitwiseAndRelease(this, ~Tasklet.RUN);
            }
        }

        @Actor
        public void cpu1(II_Result r) {
            if (lookThenSet(Tasklet.RUN)) {
                r.r2 = ++runs;
                STATE.getAndBitwiseAndRelease(this, ~Tasklet.RUN);
            }
        }
    }

    /** The state word alone. */
    public static class Word {
        static final VarHandle STATE;

        static {
            try {
                STATE = MethodHandles.lookup().findVarHandle(Word.class, "state", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int state;

        Word(int state) {
            this.state = state;
        }

        boolean trySet(int bit) {
            return ((int) STATE.getAndBitwiseOr(this, bit) & bit) == 0;
        }

        boolean lookThenSet(int bit) {
            if (((int) STATE.getVolatile(this) & bit) != 0) {
                return false;
            }
            STATE.getAndBitwiseOr(this, bit);
            return true;
        }
    }
}
