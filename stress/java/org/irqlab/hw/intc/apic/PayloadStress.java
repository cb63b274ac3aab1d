package org.irqlab.hw.intc.apic;

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
import java.util.List;

/** J-13: what a device wrote before it fired is visible to the handler that takes the interrupt. */
public class PayloadStress {
    private static final int VECTOR = 0x41;

    @JCStressTest
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "Not delivered yet.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Delivered with its payload.")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "Delivered ahead of its payload.")
    @State
    public static class FirstFire {
        private final LocalApic apic = new ApicController(List.of(() -> {})).port(0);
        private int payload;

        @Actor
        public void device() {
            payload = 1;
            apic.accept(VECTOR);
        }

        @Actor
        public void cpu(I_Result r) {
            r.r1 = apic.acknowledge() == CpuInterruptPort.NONE ? -1 : payload;
        }
    }

    @JCStressTest
    @Outcome(id = "COALESCED, 1", expect = ACCEPTABLE, desc = "Joined a delivery that sees it.")
    @Outcome(id = "LATCHED, 0", expect = ACCEPTABLE, desc = "A second delivery will see it.")
    @Outcome(id = "LATCHED, 1", expect = ACCEPTABLE, desc = "Seen early; delivered again.")
    @Outcome(id = "COALESCED, 0", expect = FORBIDDEN, desc = "No delivery will ever see it.")
    @State
    public static class CoalescedFire {
        private final LocalApic apic = new ApicController(List.of(() -> {})).port(0);
        private int payload;

        public CoalescedFire() {
            apic.accept(VECTOR);
        }

        @Actor
        public void device(LI_Result r) {
            payload = 1;
            r.r1 = apic.accept(VECTOR);
        }

        @Actor
        public void cpu(LI_Result r) {
            apic.acknowledge();
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
            desc = "Lost data: the bit was only read, and the payload was still on its way.")
    @State
    public static class BrokenLoadBeforeOr {
        private static final VarHandle IRR;

        static {
            try {
                IRR =
                        MethodHandles.lookup()
                                .findVarHandle(BrokenLoadBeforeOr.class, "irr", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int irr = 2;
        private int payload;

        private FireOutcome accept() {
            if (((int) IRR.getVolatile(this) & 2) != 0) {
                return COALESCED;
            }
            return ((int) IRR.getAndBitwiseOr(this, 2) & 2) == 0 ? LATCHED : COALESCED;
        }

        @Actor
        public void device(LI_Result r) {
            payload = 1;
            r.r1 = accept();
        }

        @Actor
        public void cpu(LI_Result r) {
            IRR.getAndBitwiseAnd(this, ~2);
            r.r2 = payload;
        }
    }
}
