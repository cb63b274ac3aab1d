package org.irqlab.kernel.block;

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
 * J-15: a request is pushed onto the list of a CPU that just takes it. Results: the push found the
 * list empty, so that an interrupt is sent; requests taken; requests left.
 */
public class DoneListStress {
    private static final VarHandle HEAD =
            PrivateWord.of(DoneList.class, "head", BlockRequest.class);

    private DoneListStress() {}

    @JCStressTest
    @Outcome(id = "0, 2, 0", expect = ACCEPTABLE, desc = "Taken with the other one.")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Left, with an interrupt.")
    @Outcome(id = "0, ., 1", expect = FORBIDDEN, desc = "Left, and nobody is told.")
    @Outcome(expect = FORBIDDEN, desc = "A request is lost, or told of twice.")
    @State
    public static class PushAgainstTake extends OneDone {
        @Actor
        public void driver(III_Result r) {
            r.r1 = list.push(second) ? 1 : 0;
        }

        @Actor
        public void owner(III_Result r) {
            r.r2 = count(list.takeAll());
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = left();
        }
    }

    /** A push that looks whether the list is empty before it pushes. */
    @JCStressTest
    @Outcome(id = "0, 2, 0", expect = ACCEPTABLE, desc = "Taken with the other one.")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Left, with an interrupt.")
    @Outcome(
            id = "0, 1, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Left, and nobody is told: taken between the two steps.")
    @State
    public static class BrokenLookThenPush extends OneDone {
        @Actor
        public void driver(III_Result r) {
            r.r1 = HEAD.getVolatile(list) == null ? 1 : 0;
            list.push(second);
        }

        @Actor
        public void owner(III_Result r) {
            r.r2 = count(list.takeAll());
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = left();
        }
    }

    /** A take that reads the list and empties it in two steps. */
    @JCStressTest
    @Outcome(id = "0, 2, 0", expect = ACCEPTABLE, desc = "Taken with the other one.")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Left, with an interrupt.")
    @Outcome(
            id = "0, 1, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "A request is lost between the two steps.")
    @State
    public static class BrokenTakeInTwoSteps extends OneDone {
        @Actor
        public void driver(III_Result r) {
            r.r1 = list.push(second) ? 1 : 0;
        }

        @Actor
        public void owner(III_Result r) {
            var taken = (BlockRequest) HEAD.getVolatile(list);
            HEAD.setVolatile(list, null);
            r.r2 = count(taken);
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = left();
        }
    }

    /** A list with one request. */
    public static class OneDone {
        final DoneList list = new DoneList();
        final BlockRequest second = new BlockRequest((request, cpu) -> {});

        OneDone() {
            list.push(new BlockRequest((request, cpu) -> {}));
        }

        static int count(BlockRequest first) {
            int count = 0;
            for (BlockRequest r = first; r != null; r = r.next) {
                count++;
            }
            return count;
        }

        final int left() {
            return count(list.takeAll());
        }
    }
}
