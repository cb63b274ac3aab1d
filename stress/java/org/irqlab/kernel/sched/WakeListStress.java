package org.irqlab.kernel.sched;

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

import java.lang.invoke.VarHandle;

/**
 * J-15 at the wake list: a CPU pushes a woken task while the owner takes the list, or another CPU
 * pushes too. Every task arrives once, and no list with a task in it is without an interrupt.
 *
 * <p>Results are sets of tasks, bit 0 the first and bit 1 the second one; a task counts as arrived
 * if it arrives with what its waker wrote.
 */
public class WakeListStress {
    private static final int FIRST = 1;
    private static final int SECOND = 2;

    private static final VarHandle HEAD = PrivateWord.of(WakeList.class, "head", Task.class);

    private WakeListStress() {}

    private static Task task(int bit) {
        var spec = new Task.TaskSpec("t/" + bit, bit, TaskPolicy.NORMAL, true);
        return new Task(null, spec, self -> {});
    }

    private static int arrived(Task list) {
        int bits = 0;
        for (Task task = list; task != null; task = task.wakeNext) {
            bits += (int) task.wokenNs;
        }
        return bits;
    }

    /**
     * The first task is on the list, and the interrupt on its way, when the second one is woken.
     */
    @JCStressTest
    @Outcome(id = "0, 3, 0", expect = ACCEPTABLE, desc = "Both taken by the first interrupt.")
    @Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "The second has an interrupt of its own.")
    @Outcome(id = "0, 1, 2", expect = FORBIDDEN, desc = "Woken, and the CPU is never told.")
    @Outcome(expect = FORBIDDEN, desc = "A task lost, in two run queues, or without its time.")
    @State
    public static class PushAgainstTake extends OneWoken {
        @Actor
        public void waker(III_Result r) {
            r.r1 = wake(second);
        }

        @Actor
        public void owner(III_Result r) {
            r.r2 = take();
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = take();
        }
    }

    /** The owner looks in of its own accord while the first task is pushed. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Taken; the interrupt will find nothing.")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "Left to the interrupt.")
    @Outcome(id = "0, .*", expect = FORBIDDEN, desc = "Woken, and the CPU is never told.")
    @Outcome(expect = FORBIDDEN, desc = "A task lost, in two run queues, or without its time.")
    @State
    public static class PushAgainstLook extends NoneWoken {
        @Actor
        public void waker(III_Result r) {
            r.r1 = wake(first);
        }

        @Actor
        public void owner(III_Result r) {
            r.r2 = take();
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = take();
        }
    }

    /** Two CPUs wake a task each. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 3", "0, 1, 3"},
            expect = ACCEPTABLE,
            desc = "Both on the list, one interrupt.")
    @Outcome(id = "0, 0, .", expect = FORBIDDEN, desc = "Woken, and the CPU is never told.")
    @Outcome(id = "1, 1, .", expect = FORBIDDEN, desc = "Two interrupts for one list, or a loss.")
    @Outcome(expect = FORBIDDEN, desc = "A task lost, in two run queues, or without its time.")
    @State
    public static class TwoPushes extends NoneWoken {
        @Actor
        public void oneCpu(III_Result r) {
            r.r1 = wake(first);
        }

        @Actor
        public void otherCpu(III_Result r) {
            r.r2 = wake(second);
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = take();
        }
    }

    /** A push that looks for an empty list before it pushes. */
    @JCStressTest
    @Outcome(id = "0, 3, 0", expect = ACCEPTABLE, desc = "Both taken by the first interrupt.")
    @Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "The second has an interrupt of its own.")
    @Outcome(
            id = "0, 1, 2",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Woken, and the CPU is never told: the list was emptied after the look.")
    @State
    public static class BrokenLookThenPush extends OneWoken {
        @Actor
        public void waker(III_Result r) {
            boolean empty = HEAD.getOpaque(list) == null;
            wake(second);
            r.r1 = empty ? 1 : 0;
        }

        @Actor
        public void owner(III_Result r) {
            r.r2 = take();
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = take();
        }
    }

    /** An owner that reads the list and empties it in two steps. */
    @JCStressTest
    @Outcome(id = "0, 3, 0", expect = ACCEPTABLE, desc = "Both taken by the first interrupt.")
    @Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "The second has an interrupt of its own.")
    @Outcome(
            id = "0, 1, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "A woken task is lost: it was pushed between the read and the emptying.")
    @State
    public static class BrokenTakeInTwoSteps extends OneWoken {
        @Actor
        public void waker(III_Result r) {
            r.r1 = wake(second);
        }

        @Actor
        public void owner(III_Result r) {
            Task newest = (Task) HEAD.getVolatile(list);
            HEAD.setVolatile(list, null);
            r.r2 = arrived(newest);
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = take();
        }
    }

    /** An owner that empties the list only after it has put the tasks into its run queue. */
    @JCStressTest
    @Outcome(id = "0, 3, 0", expect = ACCEPTABLE, desc = "Both taken by the first interrupt.")
    @Outcome(
            id = "0, 1, 3",
            expect = ACCEPTABLE_INTERESTING,
            desc = "The first task is taken twice: the emptying failed, the work was done.")
    @Outcome(id = "1, 1, 2", expect = ACCEPTABLE, desc = "The second has an interrupt of its own.")
    @State
    public static class BrokenWorkThenTake extends OneWoken {
        @Actor
        public void waker(III_Result r) {
            r.r1 = wake(second);
        }

        @Actor
        public void owner(III_Result r) {
            Task newest = (Task) HEAD.getVolatile(list);
            r.r2 = arrived(newest);
            HEAD.compareAndSet(list, newest, null);
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = take();
        }
    }

    /** Two pushes by a plain store. */
    @JCStressTest
    @Outcome(
            id = {"1, 0, 3", "0, 1, 3"},
            expect = ACCEPTABLE,
            desc = "Both on the list, one interrupt.")
    @Outcome(
            id = "1, 1, [12]",
            expect = ACCEPTABLE_INTERESTING,
            desc = "A woken task is lost: both pushed onto the empty list.")
    @State
    public static class BrokenPushByStore extends NoneWoken {
        private int wakeByStore(Task task) {
            task.wokenNs = task.pid();
            task.wakeNext = (Task) HEAD.getVolatile(list);
            HEAD.setVolatile(list, task);
            return task.wakeNext == null ? 1 : 0;
        }

        @Actor
        public void oneCpu(III_Result r) {
            r.r1 = wakeByStore(first);
        }

        @Actor
        public void otherCpu(III_Result r) {
            r.r2 = wakeByStore(second);
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = take();
        }
    }

    /** A list, and two tasks to be woken. */
    public static class NoneWoken {
        final WakeList list = new WakeList();
        final Task first = task(FIRST);
        final Task second = task(SECOND);

        /** Returns 1 if the owner has to be told, or 0. */
        int wake(Task task) {
            task.wokenNs = task.pid();
            return list.push(task) ? 1 : 0;
        }

        int take() {
            return arrived(list.takeAll());
        }
    }

    /** The same, when the first is on the list and the owner has been told. */
    public static class OneWoken extends NoneWoken {
        OneWoken() {
            wake(first);
        }
    }
}
