package org.irqlab.hw.intc.gicv3;

import static org.irqlab.hw.intc.FireOutcome.COALESCED;
import static org.irqlab.hw.intc.FireOutcome.LATCHED;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireOutcome;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.LI_Result;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** J-13: what a device wrote before it fired is visible to the handler that takes the interrupt. */
public class MessagePayloadStress {
    private static final int SPI = SmallGic.SPI;

    @JCStressTest
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not delivered yet.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Delivered with its payload.")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "Delivered ahead of its payload.")
    @State
    public static class FirstFire {
        private final GicController gic = SmallGic.ofTwo();
        private int payload;

        @Actor
        public void device() {
            payload = 1;
            gic.message(GicController.SETSPI_NSR, SPI);
        }

        @Actor
        public void cpu(I_Result r) {
            r.r1 = gic.port(0).acknowledge() == CpuInterruptPort.NONE ? -1 : payload;
        }
    }

    @JCStressTest
    @Outcome(id = "COALESCED, 1", expect = ACCEPTABLE, desc = "Joined a delivery that sees it.")
    @Outcome(id = "LATCHED, 0", expect = ACCEPTABLE, desc = "A second delivery will see it.")
    @Outcome(id = "LATCHED, 1", expect = ACCEPTABLE, desc = "Seen early; delivered again.")
    @Outcome(id = "COALESCED, 0", expect = FORBIDDEN, desc = "No delivery will ever see it.")
    @State
    public static class CoalescedFire {
        private final GicController gic = SmallGic.ofTwo();
        private int payload;

        public CoalescedFire() {
            gic.message(GicController.SETSPI_NSR, SPI);
        }

        @Actor
        public void device(LI_Result r) {
            payload = 1;
            r.r1 = gic.message(GicController.SETSPI_NSR, SPI);
        }

        @Actor
        public void cpu(LI_Result r) {
            gic.port(0).acknowledge();
            r.r2 = payload;
        }
    }

    @JCStressTest
    @Outcome(id = "COALESCED, 1", expect = ACCEPTABLE, desc = "Joined a delivery that sees it.")
    @Outcome(id = "LATCHED, 0", expect = ACCEPTABLE, desc = "A second delivery will see it.")
    @Outcome(id = "LATCHED, 1", expect = ACCEPTABLE, desc = "Seen early; delivered again.")
    @Outcome(
            id = "COALESCED, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost data: the word was only read, and the payload was still on its way.")
    @State
    public static class BrokenLoadBeforeChange {
        private static final VarHandle WORD;

        static {
            try {
                WORD =
                        MethodHandles.lookup()
                                .findVarHandle(BrokenLoadBeforeChange.class, "word", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int word = 2;
        private int payload;

        private FireOutcome accept() {
            if (((int) WORD.getVolatile(this) & 2) != 0) {
                return COALESCED;
            }
            return ((int) WORD.getAndBitwiseOr(this, 2) & 2) == 0 ? LATCHED : COALESCED;
        }

        @Actor
        public void device(LI_Result r) {
            payload = 1;
            r.r1 = accept();
        }

        @Actor
        public void cpu(LI_Result r) {
            WORD.getAndBitwiseAnd(this, ~2);
            r.r2 = payload;
        }
    }
}
