package org.irqlab.kernel.softirq;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.PrivateWord;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

import java.lang.invoke.VarHandle;

/**
 * A driver disables a tasklet and looks whether it runs, while a CPU is about to run it and looks
 * whether it may: one of them must see the other. What the driver prepares before it enables the
 * tasklet again is there for the next run.
 */
public class TaskletDisableStress {
    private static final VarHandle DISABLED = PrivateWord.of(Tasklet.class, "disabled", int.class);

    private TaskletDisableStress() {}

    /** First result: a run is in progress. Second: the function starts. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The driver has a run to wait for.")
    @Outcome(id = "[01], 0", expect = ACCEPTABLE, desc = "Disabled in time.")
    @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "Starts when its driver knows it still.")
    @State
    public static class DisableAgainstRun extends Enabled {
        @Actor
        public void driver(II_Result r) {
            tasklet.disableNoSync();
            r.r1 = tasklet.running() ? 1 : 0;
        }

        @Actor
        public void softirq(II_Result r) {
            run(r);
        }
    }

    /** First result: a run is over, or none has begun. Second: what that run has written. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Over, and its work is seen.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "In progress: nothing may be looked at.")
    @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "Over, but its work is not seen.")
    @Outcome(expect = FORBIDDEN, desc = "Looked at too early.")
    @State
    public static class DisableAgainstEndOfRun extends Running {
        @Actor
        public void driver(II_Result r) {
            disableAndLook(r);
        }

        @Actor
        public void softirq() {
            payload = 1;
            tasklet.endRun();
        }
    }

    /** The result is what the run sees, 0 if it may not start. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "Still disabled.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Starts, and finds what was prepared.")
    @Outcome(id = "2", expect = FORBIDDEN, desc = "Starts on what is not prepared yet.")
    @State
    public static class EnableAgainstRun extends Disabled {
        @Actor
        public void driver() {
            payload = 1;
            tasklet.enable();
        }

        @Actor
        public void softirq(I_Result r) {
            run(r);
        }
    }

    /** The result: enabled again when one of the two has enabled it. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "The other still keeps it disabled.")
    @Outcome(id = "1", expect = FORBIDDEN, desc = "A disable is lost.")
    @State
    public static class TwoDisables extends Enabled {
        @Actor
        public void first() {
            tasklet.disableNoSync();
        }

        @Actor
        public void second() {
            tasklet.disableNoSync();
        }

        @Arbiter
        public void oneEnables(I_Result r) {
            enableOnce(r);
        }
    }

    /** A disable whose store may pass the look at RUN. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The driver has a run to wait for.")
    @Outcome(id = "[01], 0", expect = ACCEPTABLE, desc = "Disabled in time.")
    @Outcome(
            id = "0, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Starts when its driver knows it still: neither saw the other.")
    @State
    public static class BrokenDisableByRelease extends Enabled {
        @Actor
        public void driver(II_Result r) {
            DISABLED.setRelease(tasklet, 1);
            r.r1 = tasklet.running() ? 1 : 0;
        }

        @Actor
        public void softirq(II_Result r) {
            run(r);
        }
    }

    /** A run that asks whether it may start before it says that it does. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "The driver has a run to wait for.")
    @Outcome(id = "[01], 0", expect = ACCEPTABLE, desc = "Disabled in time.")
    @Outcome(
            id = "0, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Starts when its driver knows it still: disabled between the two steps.")
    @State
    public static class BrokenAskBeforeRun extends Enabled {
        @Actor
        public void driver(II_Result r) {
            tasklet.disableNoSync();
            r.r1 = tasklet.running() ? 1 : 0;
        }

        @Actor
        public void softirq(II_Result r) {
            r.r2 = tasklet.enabled() ? 1 : 0;
            tasklet.tryRun();
        }
    }

    /** A run that writes when it has said that it is over. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Over, and its work is seen.")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "In progress: nothing may be looked at.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE_INTERESTING, desc = "Over, but its work is not seen.")
    @State
    public static class BrokenEndBeforeWork extends Running {
        @Actor
        public void driver(II_Result r) {
            disableAndLook(r);
        }

        @Actor
        public void softirq() {
            tasklet.endRun();
            payload = 1;
        }
    }

    /** A driver that enables before it has prepared. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "Still disabled.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Starts, and finds what was prepared.")
    @Outcome(
            id = "2",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Starts on what is not prepared yet.")
    @State
    public static class BrokenEnableBeforeWork extends Disabled {
        @Actor
        public void driver() {
            tasklet.enable();
            payload = 1;
        }

        @Actor
        public void softirq(I_Result r) {
            run(r);
        }
    }

    /** A count that is read and written in two steps. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "The other still keeps it disabled.")
    @Outcome(id = "1", expect = ACCEPTABLE_INTERESTING, desc = "A disable is lost.")
    @State
    public static class BrokenCountInTwoSteps extends Enabled {
        private void disable() {
            DISABLED.setVolatile(tasklet, (int) DISABLED.getVolatile(tasklet) + 1);
        }

        @Actor
        public void first() {
            disable();
        }

        @Actor
        public void second() {
            disable();
        }

        @Arbiter
        public void oneEnables(I_Result r) {
            enableOnce(r);
        }
    }

    /** A tasklet that may run, and a CPU that is about to. */
    public static class Enabled {
        final Tasklet tasklet = new Tasklet(cpu -> {}, 1, 1);

        void run(II_Result r) {
            tasklet.tryRun();
            r.r2 = tasklet.enabled() ? 1 : 0;
        }

        void enableOnce(I_Result r) {
            tasklet.enable();
            r.r1 = tasklet.enabled() ? 1 : 0;
        }
    }

    /** A tasklet that runs, and a driver that looks at its work when it does not. */
    public static class Running {
        final Tasklet tasklet = new Tasklet(cpu -> {}, 1, 1);
        int payload;

        Running() {
            tasklet.tryRun();
        }

        void disableAndLook(II_Result r) {
            tasklet.disableNoSync();
            if (!tasklet.running()) {
                r.r1 = 1;
                r.r2 = payload;
            }
        }
    }

    /** A tasklet that may not run, and a CPU that would. */
    public static class Disabled {
        final Tasklet tasklet = new Tasklet(cpu -> {}, 1, 1);
        int payload;

        Disabled() {
            tasklet.disableNoSync();
        }

        void run(I_Result r) {
            tasklet.tryRun();
            if (tasklet.enabled()) {
                r.r1 = payload == 1 ? 1 : 2;
            }
        }
    }
}
