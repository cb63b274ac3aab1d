package org.irqlab.hw.intc.apic;

import static org.irqlab.hw.intc.FireOutcome.DROPPED_NO_TARGET;
import static org.irqlab.hw.intc.FireOutcome.LATCHED;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.FireOutcome;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLI_Result;

/** Two CPUs send a start-up to a third that waits for one: one counts, the other is ignored. */
public class StartupStress {
    @JCStressTest
    @Outcome(id = "LATCHED, DROPPED_NO_TARGET, 1", expect = ACCEPTABLE, desc = "The first counts.")
    @Outcome(id = "DROPPED_NO_TARGET, LATCHED, 2", expect = ACCEPTABLE, desc = "The second does.")
    @Outcome(expect = FORBIDDEN, desc = "Both count, none does, or the page is a mix.")
    @State
    public static class TwoStartups {
        private final CpuSignals signals = new CpuSignals(() -> {});

        public TwoStartups() {
            signals.init();
            signals.takeInit();
        }

        @Actor
        public void first(LLI_Result r) {
            r.r1 = signals.startup(1);
        }

        @Actor
        public void second(LLI_Result r) {
            r.r2 = signals.startup(2);
        }

        @Arbiter
        public void page(LLI_Result r) {
            r.r3 = signals.takeStartup();
        }
    }

    @JCStressTest
    @Outcome(id = "LATCHED, DROPPED_NO_TARGET, 1", expect = ACCEPTABLE, desc = "The first counts.")
    @Outcome(id = "DROPPED_NO_TARGET, LATCHED, 2", expect = ACCEPTABLE, desc = "The second does.")
    @Outcome(
            id = {"LATCHED, LATCHED, 1", "LATCHED, LATCHED, 2"},
            expect = ACCEPTABLE_INTERESTING,
            desc = "Both saw the CPU wait: one start-up is promised and lost.")
    @State
    public static class BrokenLookThenStart {
        private volatile boolean waits = true;
        private volatile int page;

        private FireOutcome startup(int at) {
            if (!waits) {
                return DROPPED_NO_TARGET;
            }
            waits = false;
            page = at;
            return LATCHED;
        }

        @Actor
        public void first(LLI_Result r) {
            r.r1 = startup(1);
        }

        @Actor
        public void second(LLI_Result r) {
            r.r2 = startup(2);
        }

        @Arbiter
        public void page(LLI_Result r) {
            r.r3 = page;
        }
    }
}
