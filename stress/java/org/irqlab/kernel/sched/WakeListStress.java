package org.irqlab.kernel.sched;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

import java.lang.invoke.MethodHandles;
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

    private WakeListStress() {}

    private static Task task(int bit) {
        var spec = new Task.TaskSpec("t/" + bit, bit, TaskPolicy.NORMAL, true);
        return new Task(null, spec, self -> {});
    }

    private static int arrived(Task oldest) {
        int bits = 0;
        for (Task task = oldest; task != null; task = task.wakeNext) {
            bits += (int) task.wokenNs;
        }
        return bits;
    }

    private static int told(WakeList list, Task task) {
        task.wokenNs = task.pid();
        return list.push(task) ? 1 : 0;
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
    public static class PushAgainstTake {
        private final WakeList list = new WakeList();
        private final Task second = task(SECOND);

        public PushAgainstTake() {
            told(list, task(FIRST));
        }

        @Actor
        public void waker(III_Result r) {
            r.r1 = told(list, second);
        }

        @Actor
        public void owner(III_Result r) {
            r.r2 = arrived(list.takeAll());
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = arrived(list.takeAll());
        }
    }

    /** The owner looks in of its own accord while the first task is pushed. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Taken; the interrupt will find nothing.")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "Left to the interrupt.")
    @Outcome(id = "0, .*", expect = FORBIDDEN, desc = "Woken, and the CPU is never told.")
    @Outcome(expect = FORBIDDEN, desc = "A task lost, in two run queues, or without its time.")
    @State
    public static class PushAgainstLook {
        private final WakeList list = new WakeList();
        private final Task first = task(FIRST);

        @Actor
        public void waker(III_Result r) {
            r.r1 = told(list, first);
        }

        @Actor
        public void owner(III_Result r) {
            r.r2 = arrived(list.takeAll());
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = arrived(list.takeAll());
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
    public static class TwoPushes {
        private final WakeList list = new WakeList();
        private final Task first = task(FIRST);
        private final Task second = task(SECOND);

        @Actor
        public void oneCpu(III_Result r) {
            r.r1 = told(list, first);
        }

        @Actor
        public void otherCpu(III_Result r) {
            r.r2 = told(list, second);
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = arrived(list.takeAll());
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
    public static class BrokenLookThenPush extends Nodes {
        public BrokenLookThenPush() {
            head = new Node(FIRST);
        }

        @Actor
        public void waker(III_Result r) {
            boolean empty = HEAD.getOpaque(this) == null;
            Node node = second;
            do {
                node.next = (Node) HEAD.getOpaque(this);
            } while (!HEAD.compareAndSet(this, node.next, node));
            r.r1 = empty ? 1 : 0;
        }

        @Actor
        public void owner(III_Result r) {
            r.r2 = bits((Node) HEAD.getAndSet(this, null));
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = bits((Node) HEAD.getAndSet(this, null));
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
    public static class BrokenTakeInTwoSteps extends Nodes {
        public BrokenTakeInTwoSteps() {
            head = new Node(FIRST);
        }

        @Actor
        public void waker(III_Result r) {
            r.r1 = push(second);
        }

        @Actor
        public void owner(III_Result r) {
            Node newest = (Node) HEAD.getVolatile(this);
            HEAD.setVolatile(this, null);
            r.r2 = bits(newest);
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = bits((Node) HEAD.getAndSet(this, null));
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
    public static class BrokenWorkThenTake extends Nodes {
        public BrokenWorkThenTake() {
            head = new Node(FIRST);
        }

        @Actor
        public void waker(III_Result r) {
            r.r1 = push(second);
        }

        @Actor
        public void owner(III_Result r) {
            Node newest = (Node) HEAD.getVolatile(this);
            r.r2 = bits(newest);
            HEAD.compareAndSet(this, newest, null);
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = bits((Node) HEAD.getAndSet(this, null));
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
    public static class BrokenPushByStore extends Nodes {
        private int pushByStore(Node node) {
            node.next = (Node) HEAD.getVolatile(this);
            HEAD.setVolatile(this, node);
            return node.next == null ? 1 : 0;
        }

        @Actor
        public void oneCpu(III_Result r) {
            r.r1 = pushByStore(first);
        }

        @Actor
        public void otherCpu(III_Result r) {
            r.r2 = pushByStore(second);
        }

        @Arbiter
        public void left(III_Result r) {
            r.r3 = bits((Node) HEAD.getAndSet(this, null));
        }
    }

    /** The list with nodes in place of tasks. */
    public static class Nodes {
        static final VarHandle HEAD;

        static {
            try {
                HEAD = MethodHandles.lookup().findVarHandle(Nodes.class, "head", Node.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        final Node first = new Node(FIRST);
        final Node second = new Node(SECOND);
        Node head;

        int push(Node node) {
            for (; ; ) {
                Node seen = (Node) HEAD.getOpaque(this);
                node.next = seen;
                if (HEAD.compareAndSet(this, seen, node)) {
                    return seen == null ? 1 : 0;
                }
            }
        }

        static int bits(Node newest) {
            int bits = 0;
            for (Node node = newest; node != null; node = node.next) {
                bits += node.bit;
            }
            return bits;
        }
    }

    /** Stands for a task. */
    static final class Node {
        private final int bit;
        private Node next;

        Node(int bit) {
            this.bit = bit;
        }
    }
}
