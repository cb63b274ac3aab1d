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
import org.openjdk.jcstress.infra.results.I_Result;

import java.lang.invoke.VarHandle;

/**
 * An item that runs is queued again, on another pool, while a task that flushes or cancels it looks
 * for it without a lock: it finds the one pool or the other, and what it then takes the lock of is
 * the pool on whose list the item is.
 */
public class WorkWhereaboutsStress {
    private static final int RAN_ON = 3;
    private static final int QUEUED_ON = 5;
    private static final VarHandle STATE = PrivateWord.of(WorkItem.class, "state", long.class);

    // Never changed by a test.
    private static final WorkerPool[] POOL_BY_ID = new WorkerPool[QUEUED_ON + 1];
    private static final PoolWorkqueue FROM = on(RAN_ON);
    private static final PoolWorkqueue TO = on(QUEUED_ON);

    private WorkWhereaboutsStress() {}

    private static PoolWorkqueue on(int id) {
        var pool = new WorkerPool(id, id, 0, CpuMask.of(id), WorkerPool.Kind.PER_CPU, (p, w, cpu) -> {});
        POOL_BY_ID[id] = pool;
        return new PoolWorkqueue(null, pool, null);
    }

    /** The result is the number of the pool that was found, 0 for none. */
    @JCStressTest
    @Outcome(id = "3", expect = ACCEPTABLE, desc = "Looks where it ran, and will find that run.")
    @Outcome(id = "5", expect = ACCEPTABLE, desc = "Looks where it is queued.")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "Nothing to wait for, while the item runs.")
    @State
    public static class LookAgainstQueue extends Ran {
        @Actor
        public void driver() {
            queue();
        }

        @Actor
        public void flusher(I_Result r) {
            WorkerPool pool = item.whereabouts(POOL_BY_ID);
            r.r1 = pool == null ? 0 : pool.id;
        }
    }

    /** Results: queued or not, and the pool that this item is linked to. */
    @JCStressTest
    @Outcome(id = "0, [35]", expect = ACCEPTABLE, desc = "Not queued yet: tries again.")
    @Outcome(id = "1, 5", expect = ACCEPTABLE, desc = "Takes the lock that guards it.")
    @Outcome(id = "1, 3", expect = FORBIDDEN, desc = "Takes it off a list by the wrong lock.")
    @State
    public static class TakeAgainstQueue extends Ran {
        @Actor
        public void driver() {
            queue();
        }

        @Actor
        public void canceller(II_Result r) {
            look(r);
        }
    }

    /** A flush that reads the state once for QUEUED and once more for the last pool. */
    @JCStressTest
    @Outcome(id = "3", expect = ACCEPTABLE, desc = "Looks where it ran, and will find that run.")
    @Outcome(id = "5", expect = ACCEPTABLE, desc = "Looks where it is queued.")
    @Outcome(
            id = "0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Nothing to wait for, while the item runs: it was queued between the reads.")
    @State
    public static class BrokenTwoLooks extends Ran {
        @Actor
        public void driver() {
            queue();
        }

        @Actor
        public void flusher(I_Result r) {
            boolean queued = item.has(WorkItem.QUEUED);
            int last = item.lastPool();
            r.r1 = queued ? item.poolWorkqueue.pool.id : Math.max(0, last);
        }
    }

    /** A driver that says that the item is queued before it says where. */
    @JCStressTest
    @Outcome(id = "0, [35]", expect = ACCEPTABLE, desc = "Not queued yet: tries again.")
    @Outcome(id = "1, 5", expect = ACCEPTABLE, desc = "Takes the lock that guards it.")
    @Outcome(
            id = "1, 3",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Takes it off a list by the wrong lock.")
    @State
    public static class BrokenMarkBeforeLink extends Ran {
        @Actor
        public void driver() {
            item.tryPend();
            STATE.setRelease(item, WorkItem.PENDING | WorkItem.QUEUED);
            item.poolWorkqueue = TO;
        }

        @Actor
        public void canceller(II_Result r) {
            look(r);
        }
    }

    /** An item whose run has begun. */
    public static class Ran {
        final WorkItem item = new WorkItem((cpu, self) -> {}, 1, 1);

        Ran() {
            item.tryPend();
            item.markQueued(FROM, 0, 0);
            item.beginRun(RAN_ON);
        }

        void queue() {
            item.tryPend();
            item.markQueued(TO, 0, 0);
        }

        void look(II_Result r) {
            r.r1 = item.has(WorkItem.QUEUED) ? 1 : 0;
            r.r2 = item.poolWorkqueue.pool.id;
        }
    }
}
