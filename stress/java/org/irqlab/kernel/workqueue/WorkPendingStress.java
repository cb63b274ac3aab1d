package org.irqlab.kernel.workqueue;

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
 * J-04: an item is queued again just when a worker begins to run it. Either the call leads to a run
 * of its own, or the run that begins sees what the caller wrote before.
 */
public class WorkPendingStress {
    private static final int POOL = 3;
    private static final VarHandle STATE = PrivateWord.of(WorkItem.class, "state", long.class);

    private WorkPendingStress() {}

    /** The item as it is. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Coalesced into a run that sees the payload.")
    @Outcome(id = "1, [01]", expect = ACCEPTABLE, desc = "Another run follows.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "The payload is served by no run at all.")
    @State
    public static class QueueAgainstRun extends Pending {
        @Actor
        public void driver(II_Result r) {
            queue(r);
        }

        @Actor
        public void worker(II_Result r) {
            item.beginRun(POOL);
            r.r2 = payload;
        }
    }

    /** A worker that gives PENDING back without reading who else has set it. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Coalesced into a run that sees the payload.")
    @Outcome(id = "1, [01]", expect = ACCEPTABLE, desc = "Another run follows.")
    @Outcome(
            id = "0, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "The payload is served by no run at all.")
    @State
    public static class BrokenClearByReleaseStore extends Pending {
        @Actor
        public void driver(II_Result r) {
            queue(r);
        }

        @Actor
        public void worker(II_Result r) {
            STATE.setRelease(item, (long) (POOL + 1) << Integer.SIZE);
            r.r2 = payload;
        }
    }

    /** An item that is pending, and what its driver has for it. */
    public static class Pending {
        final WorkItem item = new WorkItem((cpu, self) -> {}, 1, 1);
        int payload;

        Pending() {
            item.tryPend();
        }

        void queue(II_Result r) {
            payload = 1;
            r.r1 = item.tryPend() ? 1 : 0;
        }
    }
}
