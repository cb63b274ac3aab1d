package org.irqlab.kernel.irq.ipi;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * J-12: a work is claimed again while its run begins or ends. A claim leads to a run that begins
 * after it, and BUSY lasts as long as a run is due.
 *
 * <p>Results are whether the claim succeeded, whether the run saw what was written before it, and
 * the flags at the end: 1 PENDING, 2 BUSY.
 */
public class IrqWorkStress {
    private IrqWorkStress() {}

    @JCStressTest
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Merged into the run, which saw it.")
    @Outcome(id = "1, ., 3", expect = ACCEPTABLE, desc = "Claimed: one more run is due.")
    @Outcome(id = "0, 0, .", expect = FORBIDDEN, desc = "Merged into a run that did not see it.")
    @Outcome(id = "1, ., [012]", expect = FORBIDDEN, desc = "Claimed, and the claim is forgotten.")
    @Outcome(expect = FORBIDDEN, desc = "BUSY for ever, or a run too many.")
    @State
    public static class ClaimAgainstRun {
        private final IrqWork work = new IrqWork(cpu -> saw());
        private int payload;
        private int seen;

        public ClaimAgainstRun() {
            work.claim();
        }

        private void saw() {
            seen = payload;
        }

        @Actor
        public void claimer(III_Result r) {
            payload = 1;
            r.r1 = work.claim() ? 1 : 0;
        }

        @Actor
        public void runner() {
            work.run(null);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r2 = seen;
            r.r3 = (work.pending() ? 1 : 0) | (work.busy() ? 2 : 0);
        }
    }

    @JCStressTest
    @Outcome(id = "1, 1, 3", expect = ACCEPTABLE, desc = "One of them claimed it.")
    @Outcome(expect = FORBIDDEN, desc = "Claimed twice, or by nobody.")
    @State
    public static class TwoClaims {
        private final IrqWork work = new IrqWork(cpu -> {});

        @Actor
        public void one(III_Result r) {
            r.r1 = work.claim() ? 1 : 0;
        }

        @Actor
        public void two(III_Result r) {
            r.r2 = work.claim() ? 1 : 0;
        }

        @Arbiter
        public void after(III_Result r) {
            r.r1 += r.r2;
            r.r2 = r.r1;
            r.r3 = (work.pending() ? 1 : 0) | (work.busy() ? 2 : 0);
        }
    }

    /** A run that clears BUSY without a look at whether it was claimed again. */
    @JCStressTest
    @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "Merged into the run, which saw it.")
    @Outcome(id = "1, ., 3", expect = ACCEPTABLE, desc = "Claimed: one more run is due.")
    @Outcome(
            id = "1, ., 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Claimed, and the claim is forgotten.")
    @State
    public static class BrokenClearByStore {
        private final AtomicInteger flags = new AtomicInteger(3);
        private int payload;
        private int seen;

        @Actor
        public void claimer(III_Result r) {
            payload = 1;
            r.r1 = (flags.getAndUpdate(f -> f | 3) & 1) == 0 ? 1 : 0;
        }

        @Actor
        public void runner() {
            flags.getAndUpdate(f -> f & ~1);
            seen = payload;
            flags.set(0);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r2 = seen;
            r.r3 = flags.get();
        }
    }
}
