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

/**
 * J-15: a CPU asks another one for a call while that one takes its list. Whatever is left on the
 * list has an interrupt on its way.
 *
 * <p>Results are whether the push has to send an interrupt, how many calls were taken, and how many
 * are left.
 */
public class CallListStress {
    private CallListStress() {}

    private static int length(CallNode first) {
        int length = 0;
        for (CallNode node = first; node != null; node = node.next) {
            length++;
        }
        return length;
    }

    @JCStressTest
    @Outcome(id = "0, 2, 0", expect = ACCEPTABLE, desc = "Both taken by the first interrupt.")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "The second has one of its own.")
    @Outcome(id = "0, 1, 1", expect = FORBIDDEN, desc = "Asked, and the CPU is never told.")
    @Outcome(expect = FORBIDDEN, desc = "A call lost, or taken twice.")
    @State
    public static class PushAgainstTake {
        private final CallList list = new CallList();
        private final CrossCall second = new CrossCall(cpu -> {});

        public PushAgainstTake() {
            list.push(new CrossCall(cpu -> {}));
        }

        @Actor
        public void caller(III_Result r) {
            r.r1 = list.push(second) ? 1 : 0;
        }

        @Actor
        public void owner(III_Result r) {
            r.r2 = length(list.takeAll());
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = length(list.takeAll());
        }
    }

    /** A push that looks whether the list is empty before it pushes. */
    @JCStressTest
    @Outcome(id = "0, 2, 0", expect = ACCEPTABLE, desc = "Both taken by the first interrupt.")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "The second has one of its own.")
    @Outcome(
            id = "0, 1, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Asked, and the CPU is never told.")
    @State
    public static class BrokenLookThenPush {
        private final CallList list = new CallList();
        private final CrossCall second = new CrossCall(cpu -> {});

        public BrokenLookThenPush() {
            list.push(new CrossCall(cpu -> {}));
        }

        @Actor
        public void caller(III_Result r) {
            r.r1 = list.isEmpty() ? 1 : 0;
            list.push(second);
        }

        @Actor
        public void owner(III_Result r) {
            r.r2 = length(list.takeAll());
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = length(list.takeAll());
        }
    }
}
