package org.irqlab.hw.device;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.PrivateWord;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.pci.MsixTable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import java.lang.invoke.VarHandle;

/**
 * A frame arrives just when the driver has looked at the ring for the last time and turns the
 * interrupt on; and the ring itself (J-17).
 */
public class ReceiveQueueStress {
    private static final VarHandle STATE = PrivateWord.of(ReceiveQueue.class, "state", int.class);
    private static final int SLOTS = 2;

    private ReceiveQueueStress() {}

    /** Results: the last look found the frame; the interrupts that were sent. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Came after the look: one interrupt.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Found, and one interrupt for nothing.")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "Nobody ever looks at the frame.")
    @Outcome(expect = FORBIDDEN, desc = "Two interrupts for one frame, or none for one found.")
    @State
    public static class ArrivalAgainstUnmask extends Queue {
        @Actor
        public void device() {
            queue.receive(1, 1, 1);
        }

        @Actor
        public void driver(II_Result r) {
            r.r1 = queue.ring().available();
            queue.unmask();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = fired();
        }
    }

    /** Results: what the frame says, 0 if none was found; whether it could be read again. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "Not there yet.")
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "There, whole.")
    @Outcome(expect = FORBIDDEN, desc = "A slot without its content, or read twice.")
    @State
    public static class OfferAgainstConsume {
        private final ReceiveRing ring = new ReceiveRing(SLOTS);

        @Actor
        public void device() {
            ring.offer(1, 1);
        }

        @Actor
        public void driver(II_Result r) {
            if (ring.available() > 0) {
                r.r1 = (int) (ring.word() + ring.stampNs());
                ring.consume();
                r.r2 = ring.available();
            }
        }
    }

    /** A full ring: what the consumer reads, and whether the device found a slot. */
    @JCStressTest
    @Outcome(id = "1, [01]", expect = ACCEPTABLE, desc = "Read before it is written again.")
    @Outcome(id = "3, .", expect = FORBIDDEN, desc = "Overwritten while it was read.")
    @State
    public static class OfferAgainstConsumeWhenFull extends Full {
        @Actor
        public void device(II_Result r) {
            r.r2 = ring.offer(3, 3) ? 1 : 0;
        }

        @Actor
        public void driver(II_Result r) {
            r.r1 = (int) ring.word();
            ring.consume();
        }
    }

    /** An unmasking whose store may pass the look at the cause. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "Came after the look: one interrupt.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Found, and one interrupt for nothing.")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Found.")
    @Outcome(
            id = "0, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Nobody ever looks at the frame: its cause was overwritten.")
    @State
    public static class BrokenUnmaskByStore extends Queue {
        @Actor
        public void device() {
            queue.receive(1, 1, 1);
        }

        @Actor
        public void driver(II_Result r) {
            r.r1 = queue.ring().available();
            int seen = (int) STATE.getVolatile(queue);
            STATE.setVolatile(queue, seen | 1);
            queue.unmask();
        }

        @Arbiter
        public void after(II_Result r) {
            r.r2 = fired();
        }
    }

    /** A consumer that frees the slot before it reads it. */
    @JCStressTest
    @Outcome(id = "1, [01]", expect = ACCEPTABLE, desc = "Read before it is written again.")
    @Outcome(
            id = "[23], .",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Overwritten while it was read.")
    @State
    public static class BrokenFreeBeforeRead extends Full {
        private static final VarHandle WORDS =
                PrivateWord.of(ReceiveRing.class, "words", long[].class);

        @Actor
        public void device(II_Result r) {
            r.r2 = ring.offer(3, 3) ? 1 : 0;
        }

        @Actor
        public void driver(II_Result r) {
            ring.consume();
            r.r1 = (int) ((long[]) WORDS.get(ring))[0];
        }
    }

    /** A queue whose interrupt is off. */
    public static class Queue {
        final ReceiveQueue queue =
                new ReceiveQueue(
                        SLOTS, new MsixTable(1, (address, data) -> FireOutcome.LATCHED, 0), 0);

        final int fired() {
            return (int) queue.fired();
        }
    }

    /** A ring without a free slot. */
    public static class Full {
        final ReceiveRing ring = new ReceiveRing(SLOTS);

        Full() {
            ring.offer(1, 1);
            ring.offer(2, 2);
        }
    }
}
