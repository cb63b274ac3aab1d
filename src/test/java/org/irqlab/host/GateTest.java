package org.irqlab.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.irqlab.base.time.HostClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

// In a thread of its own: a wait at a gate does not end by an interrupt.
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GateTest {
    private static final long MS = 1_000_000L;

    enum Kind {
        FUTEX,
        PARK;

        Gate create() {
            if (this == PARK) {
                return new ParkGate();
            }
            assumeTrue(FutexGate.available(), "this host has no futex that may be called");
            return new FutexGate();
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsTheSignalThatComesBeforeTheWait(Kind kind) {
        Gate gate = kind.create();
        gate.signal();
        gate.await();
        assertFalse(gate.awaitNanos(0), "consumed");
    }

    @ParameterizedTest
    @EnumSource
    void takesTwoSignalsForOne(Kind kind) {
        Gate gate = kind.create();
        gate.signal();
        gate.signal();
        assertTrue(gate.awaitNanos(0));
        assertFalse(gate.awaitNanos(0));
    }

    @ParameterizedTest
    @EnumSource
    void givesUpAtTheDeadlineAndNotBefore(Kind kind) {
        Gate gate = kind.create();
        long startNs = HostClock.nowNs();
        assertFalse(gate.awaitNanos(5 * MS));
        long tookNs = HostClock.nowNs() - startNs;
        assertTrue(tookNs >= 5 * MS, () -> "gave up after " + tookNs + " ns");
        gate.signal();
        assertTrue(gate.awaitNanos(5 * MS), "usable after a timeout");
    }

    @ParameterizedTest
    @EnumSource
    void wakesTheSleeperOfATimedWait(Kind kind) throws Exception {
        Gate gate = kind.create();
        var signaller = Thread.ofPlatform().start(() -> signalLater(gate));
        long startNs = HostClock.nowNs();
        assertTrue(gate.awaitNanos(30_000 * MS));
        assertTrue(HostClock.nowNs() - startNs < 15_000 * MS, "woken, not timed out");
        signaller.join();
    }

    @ParameterizedTest
    @EnumSource
    void sleepsOnAfterAnInterruptAndKeepsItsStatus(Kind kind) throws Exception {
        Gate gate = kind.create();
        Thread owner = Thread.currentThread();
        var signaller =
                Thread.ofPlatform()
                        .start(() -> {
                            owner.interrupt();
                            signalLater(gate);
                        });
        long startNs = HostClock.nowNs();
        gate.await();
        assertTrue(HostClock.nowNs() - startNs >= 15 * MS, "slept until the signal");
        assertTrue(Thread.interrupted(), "status kept");
        signaller.join();
    }

    @ParameterizedTest
    @EnumSource
    void handsABatonToAndFroWithoutLosingIt(Kind kind) throws Exception {
        int rounds = 20_000;
        Gate here = kind.create();
        Gate there = kind.create();
        long[] held = new long[1];
        var other =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < rounds; i++) {
                                there.await();
                                held[0]++;
                                here.signal();
                            }
                        });
        for (int i = 0; i < rounds; i++) {
            there.signal();
            // A mix of the two waits: both consume the same signal.
            if (i % 2 == 0) {
                here.await();
            } else {
                assertTrue(here.awaitNanos(30_000 * MS));
            }
        }
        other.join();
        assertEquals(rounds, held[0]);
    }

    @Test
    void sleepsOnAfterAStrayWakeOfTheKernel() throws Exception {
        var gate = (FutexGate) Kind.FUTEX.create();
        var over = new AtomicBoolean();
        var strays =
                Thread.ofPlatform()
                        .start(() -> {
                            while (!over.get()) {
                                LinuxCalls.futexWake(gate.wordAddress(), 1);
                            }
                        });
        var signaller = Thread.ofPlatform().start(() -> signalLater(gate));
        long startNs = HostClock.nowNs();
        gate.await();
        assertTrue(HostClock.nowNs() - startNs >= 15 * MS, "slept until the signal");
        assertFalse(gate.awaitNanos(5 * MS), "a stray wake is no signal");
        over.set(true);
        strays.join();
        signaller.join();
    }

    private static void signalLater(Gate gate) {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        gate.signal();
    }
}
