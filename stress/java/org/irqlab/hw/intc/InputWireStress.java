package org.irqlab.hw.intc;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

import java.util.concurrent.atomic.AtomicInteger;

/** Two devices pull one wire, and let it go. */
public class InputWireStress {
    /** One input, as high as it was driven last. */
    private static final class Input implements WiredInputs {
        private volatile boolean high;

        @Override
        public String name() {
            return "input";
        }

        @Override
        public int first() {
            return 0;
        }

        @Override
        public int count() {
            return 1;
        }

        @Override
        public void mask(int input) {}

        @Override
        public void unmask(int input) {}

        @Override
        public boolean setTrigger(int input, InputTrigger trigger) {
            return true;
        }

        @Override
        public void route(int input, int cpu, int vector) {}

        @Override
        public void end(int input) {}

        @Override
        public boolean setPending(int input) {
            return false;
        }

        @Override
        public boolean inFlight(int input) {
            return false;
        }

        @Override
        public FireOutcome drive(int input, boolean level) {
            high = level;
            return FireOutcome.LATCHED;
        }
    }

    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "One device still pulls.")
    @Outcome(id = "false", expect = FORBIDDEN, desc = "The wire is at rest while a device pulls.")
    @State
    public static class PullAgainstRelease {
        private final Input input = new Input();
        private final InputWire wire = new InputWire(input, 0, InputTrigger.HIGH_LEVEL);
        private final InputWire.Pull served = wire.connect();
        private final InputWire.Pull waiting = wire.connect();

        public PullAgainstRelease() {
            served.set(true);
        }

        @Actor
        public void handler() {
            served.set(false);
        }

        @Actor
        public void device() {
            waiting.set(true);
        }

        @Arbiter
        public void end(Z_Result r) {
            r.r1 = input.high;
        }
    }

    @JCStressTest
    @Outcome(id = "false", expect = ACCEPTABLE, desc = "Nobody pulls.")
    @Outcome(id = "true", expect = FORBIDDEN, desc = "The wire is stuck: an interrupt storm.")
    @State
    public static class TwoReleases {
        private final Input input = new Input();
        private final InputWire wire = new InputWire(input, 0, InputTrigger.HIGH_LEVEL);
        private final InputWire.Pull one = wire.connect();
        private final InputWire.Pull other = wire.connect();

        public TwoReleases() {
            one.set(true);
            other.set(true);
        }

        @Actor
        public void handler() {
            one.set(false);
        }

        @Actor
        public void otherHandler() {
            other.set(false);
        }

        @Arbiter
        public void end(Z_Result r) {
            r.r1 = input.high;
        }
    }

    @JCStressTest
    @Outcome(id = "true", expect = ACCEPTABLE, desc = "One device still pulls.")
    @Outcome(
            id = "false",
            expect = ACCEPTABLE_INTERESTING,
            desc = "At rest while a device pulls: the level that was computed first came last.")
    @State
    public static class BrokenDriveWithoutSecondLook {
        private final Input input = new Input();
        private final AtomicInteger pulling = new AtomicInteger(1);

        private void follow() {
            input.drive(0, pulling.get() != 0);
        }

        @Actor
        public void handler() {
            pulling.getAndUpdate(bits -> bits & ~1);
            follow();
        }

        @Actor
        public void device() {
            pulling.getAndUpdate(bits -> bits | 2);
            follow();
        }

        @Arbiter
        public void end(Z_Result r) {
            r.r1 = input.high;
        }
    }
}
