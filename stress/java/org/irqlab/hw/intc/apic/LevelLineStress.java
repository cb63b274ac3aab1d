package org.irqlab.hw.intc.apic;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.apic.pin.StormDamping;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.openjdk.jcstress.infra.results.LL_Result;

import java.util.List;

/**
 * A line rises while the interrupt before it ends, or while its pin is unmasked: an active level is
 * requested afterwards, whoever sent it.
 */
public class LevelLineStress {
    private static final int PIN = 5;
    private static final int VECTOR = 0x41;
    private static final long LEVEL = 1 << 15;
    private static final long MASKED = 1 << 16;

    /** A machine with one CPU and one I/O APIC. */
    private static final class Chip {
        private final ApicController machine = new ApicController(List.of(() -> {}));
        private final IoApic chip = machine.addIoApic(StormDamping.OFF);
        private final LocalApic apic = machine.port(0);

        /** The level is in service and its line is low again. */
        static Chip serving() {
            var state = new Chip();
            state.chip.writeEntry(PIN, LEVEL | VECTOR);
            state.chip.drive(PIN, true);
            state.apic.acknowledge();
            state.chip.drive(PIN, false);
            return state;
        }

        String requested() {
            return apic.requested() ? "requested" : "lost";
        }
    }

    @JCStressTest
    @Outcome(id = "COALESCED, requested", expect = ACCEPTABLE, desc = "The end sent it again.")
    @Outcome(id = "LATCHED, requested", expect = ACCEPTABLE, desc = "It rose after the end.")
    @Outcome(expect = FORBIDDEN, desc = "The line is high, and nobody will ever serve it.")
    @State
    public static class RaiseAgainstEnd {
        private final Chip state = Chip.serving();

        @Actor
        public void device(LL_Result r) {
            r.r1 = state.chip.drive(PIN, true);
        }

        @Actor
        public void cpu() {
            state.apic.endOfInterrupt();
        }

        @Arbiter
        public void after(LL_Result r) {
            r.r2 = state.requested();
        }
    }

    @JCStressTest
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "The line rose after the look.")
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "Delivered with what the device wrote.")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "Delivered ahead of what the device wrote.")
    @State
    public static class PayloadOfALevel {
        private final Chip state = Chip.serving();
        private int payload;

        @Actor
        public void device() {
            payload = 1;
            state.chip.drive(PIN, true);
        }

        @Actor
        public void cpu(I_Result r) {
            state.apic.endOfInterrupt();
            r.r1 = state.apic.acknowledge() == CpuInterruptPort.NONE ? -1 : payload;
        }
    }

    @JCStressTest
    @Outcome(id = "PENDED_MASKED, requested", expect = ACCEPTABLE, desc = "Unmasking sent it.")
    @Outcome(id = "LATCHED, requested", expect = ACCEPTABLE, desc = "It rose on an open pin.")
    @Outcome(expect = FORBIDDEN, desc = "The line is high on an open pin, and was never sent.")
    @State
    public static class RaiseAgainstUnmask {
        private final Chip state = new Chip();

        public RaiseAgainstUnmask() {
            state.chip.writeEntry(PIN, MASKED | LEVEL | VECTOR);
        }

        @Actor
        public void device(LL_Result r) {
            r.r1 = state.chip.drive(PIN, true);
        }

        @Actor
        public void cpu() {
            state.chip.writeEntry(PIN, LEVEL | VECTOR);
        }

        @Arbiter
        public void after(LL_Result r) {
            r.r2 = state.requested();
        }
    }

    @JCStressTest
    @Outcome(
            id = {"LATCHED, IGNORED_NO_EDGE", "IGNORED_NO_EDGE, LATCHED"},
            expect = ACCEPTABLE,
            desc = "One edge, and one of the two made it.")
    @Outcome(expect = FORBIDDEN, desc = "One rise made no edge, or two.")
    @State
    public static class TwoRaiseOneLine {
        private final Chip state = new Chip();

        public TwoRaiseOneLine() {
            state.chip.writeEntry(PIN, VECTOR);
        }

        @Actor
        public void first(LL_Result r) {
            r.r1 = state.chip.drive(PIN, true);
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = state.chip.drive(PIN, true);
        }
    }

    @JCStressTest
    @Outcome(id = "COALESCED, requested", expect = ACCEPTABLE, desc = "The end sent it again.")
    @Outcome(id = "LATCHED, requested", expect = ACCEPTABLE, desc = "It rose after the end.")
    @Outcome(
            id = "COALESCED, lost",
            expect = ACCEPTABLE_INTERESTING,
            desc = "The end looked at the line, then cleared remote IRR: the line rose between.")
    @State
    public static class BrokenLookThenClear {
        private volatile boolean line;
        private volatile boolean remoteIrr = true;
        private volatile boolean sent;

        @Actor
        public void device(LL_Result r) {
            line = true;
            if (remoteIrr) {
                r.r1 = FireOutcome.COALESCED;
            } else {
                remoteIrr = true;
                sent = true;
                r.r1 = FireOutcome.LATCHED;
            }
        }

        @Actor
        public void cpu() {
            boolean active = line;
            remoteIrr = false;
            if (active) {
                remoteIrr = true;
                sent = true;
            }
        }

        @Arbiter
        public void after(LL_Result r) {
            r.r2 = sent ? "requested" : "lost";
        }
    }

    @JCStressTest
    @Outcome(
            id = {"LATCHED, IGNORED_NO_EDGE", "IGNORED_NO_EDGE, LATCHED"},
            expect = ACCEPTABLE,
            desc = "One edge, and one of the two made it.")
    @Outcome(
            id = "LATCHED, LATCHED",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Both saw the line low: two edges for one rise.")
    @State
    public static class BrokenLookThenRaise {
        private volatile boolean line;

        private FireOutcome raise() {
            boolean was = line;
            line = true;
            return was ? FireOutcome.IGNORED_NO_EDGE : FireOutcome.LATCHED;
        }

        @Actor
        public void first(LL_Result r) {
            r.r1 = raise();
        }

        @Actor
        public void second(LL_Result r) {
            r.r2 = raise();
        }
    }
}
