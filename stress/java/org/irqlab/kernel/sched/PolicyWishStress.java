package org.irqlab.kernel.sched;

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
 * A task is boosted while a wake brings it to another CPU: the CPU that takes it in sees the wish,
 * or who wishes sees that CPU and tells it.
 */
public class PolicyWishStress {
    private static final VarHandle STATE = PrivateWord.of(SleepState.class, "state", int.class);

    private PolicyWishStress() {}

    /** CPU 1 takes in a task that ran on CPU 0. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both see each other.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The new CPU sees the wish.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The new CPU is told.")
    @Outcome(
            id = "0, 0",
            expect = FORBIDDEN,
            desc = "Competes with its old priority while an urgent task waits for it.")
    @State
    public static class WishAgainstEnqueue extends Woken {
        @Actor
        public void booster(II_Result r) {
            wish = 1;
            state.asleep();
            r.r1 = cpu;
        }

        @Actor
        public void newCpu(II_Result r) {
            cpu = 1;
            state.enqueued();
            r.r2 = wish;
        }
    }

    /** A state that is stored without a fence behind it. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Both see each other.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "The new CPU sees the wish.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "The new CPU is told.")
    @Outcome(
            id = "0, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "The wish was looked for before the task's new CPU was out.")
    @State
    public static class BrokenEnqueueByRelease extends Woken {
        @Actor
        public void booster(II_Result r) {
            wish = 1;
            state.asleep();
            r.r1 = cpu;
        }

        @Actor
        public void newCpu(II_Result r) {
            cpu = 1;
            STATE.setRelease(state, SleepState.RUNNING);
            r.r2 = wish;
        }
    }

    /** A task on its way to CPU 1. */
    public static class Woken {
        final SleepState state = new SleepState();
        volatile int wish;
        int cpu;

        public Woken() {
            state.tryWake();
        }
    }
}
