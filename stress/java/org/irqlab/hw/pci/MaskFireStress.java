package org.irqlab.hw.pci;

import static org.irqlab.hw.intc.FireOutcome.LATCHED;
import static org.irqlab.hw.intc.FireOutcome.PENDED_MASKED;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.MessageSink;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.LII_Result;

import java.util.concurrent.atomic.AtomicInteger;

/** J-14: a fire meets the masking and unmasking of its vector. */
public class MaskFireStress {
    /** Counts messages, and answers as an idle controller does. */
    private static final class Messages extends AtomicInteger implements MessageSink {
        private static final long serialVersionUID = 1;

        @Override
        public FireOutcome message(long address, int data) {
            incrementAndGet();
            return LATCHED;
        }
    }

    private static MsixTable table(Messages messages) {
        var table = new MsixTable(1, messages);
        table.writeControl(MsixTable.CONTROL_ENABLE);
        return table;
    }

    @JCStressTest
    @Outcome(
            id = "PENDED_MASKED, 1, 0",
            expect = ACCEPTABLE,
            desc = "Fired into the mask; unmasking sent the message.")
    @Outcome(id = "LATCHED, 1, 0", expect = ACCEPTABLE, desc = "Fired after the unmasking.")
    @Outcome(expect = FORBIDDEN, desc = "Pending on an open vector, lost, or sent twice.")
    @State
    public static class UnmaskAgainstFire {
        private final Messages messages = new Messages();
        private final MsixTable table = table(messages);

        @Actor
        public void device(LII_Result r) {
            r.r1 = table.fire(0);
        }

        @Actor
        public void driver() {
            table.unmask(0);
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = messages.get();
            r.r3 = table.pendingCount();
        }
    }

    @JCStressTest
    @Outcome(id = "PENDED_MASKED, 0, 1", expect = ACCEPTABLE, desc = "Fired into the mask.")
    @Outcome(id = "LATCHED, 1, 0", expect = ACCEPTABLE, desc = "Fired before the mask.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or sent and pending.")
    @State
    public static class MaskAgainstFire {
        private final Messages messages = new Messages();
        private final MsixTable table = table(messages);

        public MaskAgainstFire() {
            table.unmask(0);
        }

        @Actor
        public void device(LII_Result r) {
            r.r1 = table.fire(0);
        }

        @Actor
        public void driver() {
            table.mask(0);
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = messages.get();
            r.r3 = table.pendingCount();
        }
    }

    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Whoever opened the vector sent the message.")
    @Outcome(expect = FORBIDDEN, desc = "Sent twice, or still pending.")
    @State
    public static class TwoMasksFall {
        private final Messages messages = new Messages();
        private final MsixTable table = table(messages);

        public TwoMasksFall() {
            table.writeControl(MsixTable.CONTROL_ENABLE | MsixTable.CONTROL_FUNCTION_MASK);
            table.fire(0);
        }

        @Actor
        public void vectorMask() {
            table.unmask(0);
        }

        @Actor
        public void functionMask() {
            table.writeControl(MsixTable.CONTROL_ENABLE);
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = messages.get();
            r.r2 = table.pendingCount();
        }
    }

    @JCStressTest
    @Outcome(
            id = "PENDED_MASKED, 1, 0",
            expect = ACCEPTABLE,
            desc = "Fired into the mask; unmasking sent the message.")
    @Outcome(id = "LATCHED, 1, 0", expect = ACCEPTABLE, desc = "Fired after the unmasking.")
    @Outcome(
            id = "PENDED_MASKED, 0, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Stuck: the pending bit was set on a vector that had been opened meanwhile.")
    @State
    public static class BrokenPendingOnLookedAtMask {
        private final Messages messages = new Messages();
        private volatile boolean masked = true;
        private final AtomicInteger pending = new AtomicInteger();

        private FireOutcome fire() {
            if (masked) {
                pending.set(1);
                return PENDED_MASKED;
            }
            return messages.message(0, 0);
        }

        @Actor
        public void device(LII_Result r) {
            r.r1 = fire();
        }

        @Actor
        public void driver() {
            masked = false;
            if (pending.getAndSet(0) != 0) {
                messages.message(0, 0);
            }
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = messages.get();
            r.r3 = pending.get();
        }
    }

    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Whoever opened the vector sent the message.")
    @Outcome(
            id = "2, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Two messages: both saw an open vector with the bit set.")
    @State
    public static class BrokenMasksApart {
        private final Messages messages = new Messages();
        private volatile boolean vectorMask = true;
        private volatile boolean functionMask = true;
        private volatile int pending = 1;

        private void release() {
            if (!vectorMask && !functionMask && pending != 0) {
                pending = 0;
                messages.message(0, 0);
            }
        }

        @Actor
        public void vectorMask() {
            vectorMask = false;
            release();
        }

        @Actor
        public void functionMask() {
            functionMask = false;
            release();
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = messages.get();
            r.r2 = pending;
        }
    }
}
