package org.irqlab.kernel.workqueue;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.PrivateWord;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import java.lang.invoke.VarHandle;

/**
 * J-16: an unbound queue is at its limit; an item is queued just when the only active one ends.
 * Either the new one gets the room, or the one that ends sees somebody waiting.
 */
public class NodeActiveStress {
    private static final VarHandle ACTIVE = PrivateWord.of(NodeActive.class, "active", int.class);
    private static final VarHandle FIRST =
            PrivateWord.of(NodeActive.class, "first", PoolWorkqueue.class);

    // Never changed by a test.
    private static final WorkerPool POOL =
            new WorkerPool(0, 0, 0, CpuMask.of(0), WorkerPool.Kind.UNBOUND, (pool, worker, cpu) -> {});

    private NodeActiveStress() {}

    /** Results: the item got room; the one that ended saw somebody waiting. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Got the room.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Waits, and is seen.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Got the room; the look is for nothing.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Waits beside free room, and nobody looks.")
    @State
    public static class QueueAgainstEnd extends AtLimit {
        @Actor
        public void queuer(II_Result r) {
            r.r1 = node.tryTake(link, false, 0) ? 1 : 0;
        }

        @Actor
        public void worker(II_Result r) {
            r.r2 = node.give() ? 1 : 0;
        }
    }

    /** A queuer that says that it waits and does not look again. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Got the room.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Waits, and is seen.")
    @Outcome(
            id = "0, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Waits beside free room, and nobody looks.")
    @State
    public static class BrokenNoSecondLook extends AtLimit {
        @Actor
        public void queuer(II_Result r) {
            if (ACTIVE.compareAndSet(node, 0, 1)) {
                r.r1 = 1;
            } else {
                FIRST.setVolatile(node, link);
            }
        }

        @Actor
        public void worker(II_Result r) {
            r.r2 = node.give() ? 1 : 0;
        }
    }

    /** A queuer whose second look may come before it is seen to wait. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Got the room.")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Waits, and is seen.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Got the room; the look is for nothing.")
    @Outcome(
            id = "0, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Waits beside free room, and nobody looks.")
    @State
    public static class BrokenPublishWithoutFence extends AtLimit {
        @Actor
        public void queuer(II_Result r) {
            FIRST.setOpaque(node, link);
            r.r1 = (int) ACTIVE.getOpaque(node) == 0 ? 1 : 0;
        }

        @Actor
        public void worker(II_Result r) {
            r.r2 = node.give() ? 1 : 0;
        }
    }

    /** A node with room for one item, which is taken. */
    public static class AtLimit {
        final NodeActive node = new NodeActive(1);
        final PoolWorkqueue link = new PoolWorkqueue(null, POOL, null);

        AtLimit() {
            ACTIVE.setVolatile(node, 1);
        }
    }
}
