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
import org.openjdk.jcstress.infra.results.LII_Result;

import java.util.concurrent.atomic.AtomicInteger;

/** J-14 of MSI: a fire meets a write of the mask register, which holds the bits of all vectors. */
public class MsiMaskStress {
    private static final int MASK_WORD = 4;

    /** Counts messages, and answers as an idle controller does. */
    private static final class Messages extends AtomicInteger implements MessageSink {
        private static final long serialVersionUID = 1;

        @Override
        public FireOutcome message(long address, int data) {
            incrementAndGet();
            return LATCHED;
        }
    }

    private static MsiCapability enabled(Messages messages, int mask) {
        var msi =
                new MsiCapability(
                        2,
                        MsiCapability.Address.BITS_64,
                        MsiCapability.Masking.PER_VECTOR,
                        messages);
        msi.write(MASK_WORD, mask, -1);
        msi.write(0, (1 << 4 | MsiCapability.CONTROL_ENABLE) << Short.SIZE, -1 << Short.SIZE);
        return msi;
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
        private final MsiCapability msi = enabled(messages, 0b11);

        @Actor
        public void device(LII_Result r) {
            r.r1 = msi.fire(1);
        }

        @Actor
        public void driver() {
            msi.write(MASK_WORD, 0b01, -1);
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = messages.get();
            r.r3 = msi.pendingBits();
        }
    }

    @JCStressTest
    @Outcome(
            id = "COALESCED_MASKED, 1, 0",
            expect = ACCEPTABLE,
            desc = "Fired into the mask again; unmasking sent one message for both fires.")
    @Outcome(
            id = "LATCHED, 2, 0",
            expect = ACCEPTABLE,
            desc = "Unmasking sent the message of the first fire, the second sent its own.")
    @Outcome(expect = FORBIDDEN, desc = "Pending on an open vector, lost, or sent twice.")
    @State
    public static class UnmaskWithPendingAgainstFire {
        private final Messages messages = new Messages();
        private final MsiCapability msi = enabled(messages, 0b10);

        public UnmaskWithPendingAgainstFire() {
            msi.fire(1);
        }

        @Actor
        public void device(LII_Result r) {
            r.r1 = msi.fire(1);
        }

        @Actor
        public void driver() {
            msi.write(MASK_WORD, 0, -1);
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = messages.get();
            r.r3 = msi.pendingBits();
        }
    }

    @JCStressTest
    @Outcome(id = "PENDED_MASKED, 0, 2", expect = ACCEPTABLE, desc = "Fired into the mask.")
    @Outcome(id = "LATCHED, 1, 0", expect = ACCEPTABLE, desc = "Fired before the mask.")
    @Outcome(expect = FORBIDDEN, desc = "Lost, or sent and pending.")
    @State
    public static class MaskAgainstFire {
        private final Messages messages = new Messages();
        private final MsiCapability msi = enabled(messages, 0);

        @Actor
        public void device(LII_Result r) {
            r.r1 = msi.fire(1);
        }

        @Actor
        public void driver() {
            msi.write(MASK_WORD, 0b11, -1);
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = messages.get();
            r.r3 = msi.pendingBits();
        }
    }

    @JCStressTest
    @Outcome(
            id = "PENDED_MASKED, 1, 0",
            expect = ACCEPTABLE,
            desc = "Fired without bus master while masked; the bus master sent the message.")
    @Outcome(
            id = "LATCHED, 1, 0",
            expect = ACCEPTABLE,
            desc = "Fired after both the unmasking and the bus master.")
    @Outcome(
            id = "DROPPED_DISABLED, 0, 0",
            expect = ACCEPTABLE,
            desc = "Fired after the unmasking, before the bus master.")
    @Outcome(expect = FORBIDDEN, desc = "Pending on an open vector, lost, or sent twice.")
    @State
    public static class BusMasterAgainstFire {
        private final Messages messages = new Messages();
        private final MsiCapability msi = enabled(messages, 0b11);

        public BusMasterAgainstFire() {
            msi.busMaster(false);
        }

        @Actor
        public void device(LII_Result r) {
            r.r1 = msi.fire(1);
        }

        @Actor
        public void driver() {
            msi.unmask(1);
            msi.busMaster(true);
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = messages.get();
            r.r3 = msi.pendingBits();
        }
    }

    /** Mask and pending bits as the registers have them: two words. */
    @JCStressTest
    @Outcome(
            id = "PENDED_MASKED, 1, 0",
            expect = ACCEPTABLE,
            desc = "Fired into the mask; unmasking sent the message.")
    @Outcome(id = "LATCHED, 1, 0", expect = ACCEPTABLE, desc = "Fired after the unmasking.")
    @Outcome(
            id = "PENDED_MASKED, 0, 2",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Stuck: the driver looked for pending bits before the fire set its own.")
    @State
    public static class BrokenMaskAndPendingApart {
        private final Messages messages = new Messages();
        private final AtomicInteger mask = new AtomicInteger(0b11);
        private final AtomicInteger pending = new AtomicInteger();

        private FireOutcome fire(int bit) {
            if ((mask.get() & bit) != 0) {
                pending.getAndUpdate(bits -> bits | bit);
                return PENDED_MASKED;
            }
            return messages.message(0, 0);
        }

        @Actor
        public void device(LII_Result r) {
            r.r1 = fire(0b10);
        }

        @Actor
        public void driver() {
            mask.set(0b01);
            if ((pending.getAndUpdate(bits -> bits & 0b01) & 0b10) != 0) {
                messages.message(0, 0);
            }
        }

        @Arbiter
        public void end(LII_Result r) {
            r.r2 = messages.get();
            r.r3 = pending.get();
        }
    }
}
