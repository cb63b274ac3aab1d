package org.irqlab.host;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The gate: no signal is lost, and what was written before a signal is seen after the wait that
 * consumed it.
 *
 * <p>The first tests run the gates themselves, with the real kernel; the signal comes before, in,
 * or after the owner's way to sleep. A wait that would not end is reported after {@link #LOST_NS}.
 * The twins run a model of the gate's word, of which the broken form cannot hang.
 *
 * <p>This is the baton as well: a {@code GuestThread} hands over by one signal and waits by one
 * await, and shares nothing else, so its ordering is that of the gate.
 */
public class GateStress {
    private static final long LOST_NS = 10_000_000_000L;
    private static final int EMPTY = 0;
    private static final int SIGNALLED = 1;
    private static final int WAITING = 2;

    private GateStress() {}

    /** One signal against one wait on a futex. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Handed over with its payload.")
    @Outcome(id = "0, [01]", expect = FORBIDDEN, desc = "Lost: the owner of the baton sleeps on.")
    @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "Runs with the CPU state of the last holder.")
    @State
    public static class FutexHandOver extends HandOver {
        public FutexHandOver() {
            super(new FutexGate());
        }

        @Actor
        public void giver() {
            give();
        }

        @Actor
        public void owner(II_Result r) {
            take(r);
        }
    }

    /** One signal against one wait on a park permit. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Handed over with its payload.")
    @Outcome(id = "0, [01]", expect = FORBIDDEN, desc = "Lost: the owner of the baton sleeps on.")
    @Outcome(id = "1, 0", expect = FORBIDDEN, desc = "Runs with the CPU state of the last holder.")
    @State
    public static class ParkHandOver extends HandOver {
        public ParkHandOver() {
            super(new ParkGate());
        }

        @Actor
        public void giver() {
            give();
        }

        @Actor
        public void owner(II_Result r) {
            take(r);
        }
    }

    /** Two signals in a row: one wait may take both, but then with the payload of both. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "The second signal is kept.")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Both consumed by one wait.")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Saw the payload before its signal.")
    @Outcome(id = "1, 0, 0", expect = FORBIDDEN, desc = "Kicked, yet asleep on old news for ever.")
    @Outcome(id = "0, .*", expect = FORBIDDEN, desc = "First payload unseen.")
    @State
    public static class FutexTwoSignals extends TwoSignals {
        public FutexTwoSignals() {
            super(new FutexGate());
        }

        @Actor
        public void giver() {
            giveTwice();
        }

        @Actor
        public void owner(III_Result r) {
            take(r);
        }

        @Arbiter
        public void after(III_Result r) {
            leftOver(r);
        }
    }

    /** As {@link FutexTwoSignals}, on a park permit. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "The second signal is kept.")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Both consumed by one wait.")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Saw the payload before its signal.")
    @Outcome(id = "1, 0, 0", expect = FORBIDDEN, desc = "Kicked, yet asleep on old news for ever.")
    @Outcome(id = "0, .*", expect = FORBIDDEN, desc = "First payload unseen.")
    @State
    public static class ParkTwoSignals extends TwoSignals {
        public ParkTwoSignals() {
            super(new ParkGate());
        }

        @Actor
        public void giver() {
            giveTwice();
        }

        @Actor
        public void owner(III_Result r) {
            take(r);
        }

        @Arbiter
        public void after(III_Result r) {
            leftOver(r);
        }
    }

    /** The wait ends with a plain look and a store in place of one exchange. */
    @JCStressTest
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "The second signal is kept.")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "Both consumed by one wait.")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "Saw the payload before its signal.")
    @Outcome(
            id = "1, 0, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost: the store wiped out a signal that it had not read.")
    @Outcome(id = "0, .*", expect = FORBIDDEN, desc = "First payload unseen.")
    @State
    public static class BrokenConsumeByStore {
        private final AtomicInteger word = new AtomicInteger(EMPTY);
        private int first;
        private int second;

        @Actor
        public void giver() {
            first = 1;
            word.getAndSet(SIGNALLED);
            second = 1;
            word.getAndSet(SIGNALLED);
        }

        @Actor
        public void owner(III_Result r) {
            if (word.compareAndSet(EMPTY, WAITING)) {
                while (word.getAcquire() == WAITING) {
                    Thread.onSpinWait();
                }
            }
            word.setRelease(EMPTY);
            r.r1 = first;
            r.r2 = second;
        }

        @Arbiter
        public void after(III_Result r) {
            r.r3 = word.get();
        }
    }

    /** The word and the kernel's sleeper, which compares under the lock that a waker takes. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Signalled, and nobody sleeps.")
    @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "Asleep with a signal: the baton is lost.")
    @State
    public static class ModelSleepsIfStillWaiting extends Model {
        @Actor
        public void giver() {
            give();
        }

        @Actor
        public void owner() {
            if (word.compareAndSet(EMPTY, WAITING)) {
                synchronized (this) {
                    sleeping = word.get() == WAITING;
                }
            }
        }

        @Arbiter
        public void after(II_Result r) {
            look(r);
        }
    }

    /** A sleep that trusts the test made before it. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "Signalled, and nobody sleeps.")
    @Outcome(
            id = "1, 1",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Lost wake-up: the signal came between the test and the sleep.")
    @State
    public static class BrokenSleepWithoutCompare extends Model {
        @Actor
        public void giver() {
            give();
        }

        @Actor
        public void owner() {
            if (word.compareAndSet(EMPTY, WAITING)) {
                synchronized (this) {
                    sleeping = true;
                }
            }
        }

        @Arbiter
        public void after(II_Result r) {
            look(r);
        }
    }

    /** A word that orders nothing: one look of an owner that does not wait. */
    @JCStressTest
    @Outcome(id = "0, [01]", expect = ACCEPTABLE, desc = "Not signalled yet.")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "Handed over with its payload.")
    @Outcome(
            id = "1, 0",
            expect = ACCEPTABLE_INTERESTING,
            desc = "Runs with the CPU state of the last holder: read ahead of the signal.")
    @State
    public static class BrokenPlainWord {
        private int word;
        private int payload;

        @Actor
        public void giver() {
            payload = 1;
            word = SIGNALLED;
        }

        @Actor
        public void owner(II_Result r) {
            r.r1 = word;
            r.r2 = payload;
        }
    }

    /** What the hand-over tests share. */
    public static class HandOver {
        private final Gate gate;
        private int payload;

        HandOver(Gate gate) {
            this.gate = gate;
        }

        void give() {
            payload = 1;
            gate.signal();
        }

        void take(II_Result r) {
            r.r1 = gate.awaitNanos(LOST_NS) ? 1 : 0;
            r.r2 = payload;
        }
    }

    /** What the tests with two signals share. */
    public static class TwoSignals {
        private final Gate gate;
        private int first;
        private int second;

        TwoSignals(Gate gate) {
            this.gate = gate;
        }

        void giveTwice() {
            first = 1;
            gate.signal();
            second = 1;
            gate.signal();
        }

        void take(III_Result r) {
            gate.awaitNanos(LOST_NS);
            r.r1 = first;
            r.r2 = second;
        }

        void leftOver(III_Result r) {
            r.r3 = gate.awaitNanos(0) ? 1 : 0;
        }
    }

    /** The word beside a flag that stands for a thread asleep in the kernel. */
    public static class Model {
        final AtomicInteger word = new AtomicInteger(EMPTY);
        // Guarded by this, as the futex queue is by the kernel's bucket lock.
        boolean sleeping;

        void give() {
            if (word.getAndSet(SIGNALLED) == WAITING) {
                synchronized (this) {
                    sleeping = false;
                }
            }
        }

        void look(II_Result r) {
            r.r1 = word.get();
            r.r2 = sleeping ? 1 : 0;
        }
    }
}
