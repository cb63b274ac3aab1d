package org.irqlab.hw.pci;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The device raises its pin while the driver switches over to messages. */
public class IntxLineStress {
    /** The input that the pin is wired to. */
    private static final class Input implements IntxPin {
        private volatile boolean high;

        @Override
        public void level(boolean asserted) {
            high = asserted;
        }
    }

    @JCStressTest
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "At rest; the status bit remembers.")
    @Outcome(expect = FORBIDDEN, desc = "The pin is stuck high, or the device's wish is lost.")
    @State
    public static class RaiseAgainstSilence {
        private final Input input = new Input();
        private final IntxLine line = new IntxLine(input);

        @Actor
        public void device() {
            line.raise();
        }

        @Actor
        public void driver() {
            line.silence(true);
        }

        @Arbiter
        public void end(ZZ_Result r) {
            r.r1 = input.high;
            r.r2 = line.status();
        }
    }

    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "The device still wants service.")
    @Outcome(expect = FORBIDDEN, desc = "The pin is at rest with an interrupt to serve.")
    @State
    public static class RaiseAgainstEnable {
        private final Input input = new Input();
        private final IntxLine line = new IntxLine(input);

        public RaiseAgainstEnable() {
            line.disable(true);
        }

        @Actor
        public void device() {
            line.raise();
        }

        @Actor
        public void driver() {
            line.disable(false);
        }

        @Arbiter
        public void end(ZZ_Result r) {
            r.r1 = input.high;
            r.r2 = line.status();
        }
    }

    @JCStressTest
    @Outcome(id = "false, true", expect = ACCEPTABLE, desc = "At rest; the status bit remembers.")
    @Outcome(
            id = "true, true",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Stuck high: the level that was computed first arrived last.")
    @State
    public static class BrokenDriveWithoutLock {
        private final Input input = new Input();
        private volatile boolean wanted;
        private volatile boolean silenced;

        private void drive() {
            input.level(wanted && !silenced);
        }

        @Actor
        public void device() {
            wanted = true;
            drive();
        }

        @Actor
        public void driver() {
            silenced = true;
            drive();
        }

        @Arbiter
        public void end(ZZ_Result r) {
            r.r1 = input.high;
            r.r2 = wanted;
        }
    }
}
