package org.irqlab.hw.intc.apic;

import static org.irqlab.hw.intc.FireOutcome.COALESCED;
import static org.irqlab.hw.intc.FireOutcome.LATCHED;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.FireOutcome;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

import java.util.List;

/** Two devices fire one vector: one request is latched, and one fire learns that it was. */
public class SameVectorStress {
    private static final int VECTOR = 0x41;

    @JCStressTest
    @Outcome(
            id = {"LATCHED, COALESCED", "COALESCED, LATCHED"},
            expect = ACCEPTABLE,
            desc = "One latched, the other joined it.")
    @Outcome(expect = FORBIDDEN, desc = "The outcomes promise more or fewer deliveries than one.")
    @State
    public static class TwoFires {
        private final LocalApic apic = new ApicController(List.of(() -> {})).port(0);

        @Actor
        public void first(LL_Result r) {
            r.r1 = apic.accept(VECTOR);
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = apic.accept(VECTOR);
        }
    }

    @JCStressTest
    @Outcome(
            id = {"LATCHED, COALESCED", "COALESCED, LATCHED"},
            expect = ACCEPTABLE,
            desc = "One latched, the other joined it.")
    @Outcome(
            id = "LATCHED, LATCHED",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Two deliveries promised, one will happen: the outcome was read apart.")
    @State
    public static class BrokenTestThenSet {
        private volatile boolean requested;

        private FireOutcome accept() {
            boolean before = requested;
            requested = true;
            return before ? COALESCED : LATCHED;
        }

        @Actor
        public void first(LL_Result r) {
            r.r1 = accept();
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = accept();
        }
    }
}
