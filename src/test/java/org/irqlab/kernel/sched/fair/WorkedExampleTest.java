package org.irqlab.kernel.sched.fair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.SplittableRandom;

/**
 * A hog and a task that wakes every 13 us for a burst of 6 us on a two-CPU machine, one queue: the
 * numbers were worked out by hand from the kernel's source.
 */
@Timeout(60)
class WorkedExampleTest {
    private PeriodicSleeper machine;

    private void start(FairProfile profile, int hz, long savedLag) {
        machine = new PeriodicSleeper(profile, hz);
        machine.sleeper.vlag = savedLag;
    }

    private void state(long hogV, long sleeperV, long v) {
        assertEquals(hogV, machine.hog.vruntime(), "A.v");
        assertEquals(sleeperV, machine.sleeper.vruntime(), "B.v");
        assertEquals(v, machine.queue.virtualTime(), "V");
    }

    private void runs(FairEntity who) {
        assertSame(who, machine.queue.current());
    }

    @ParameterizedTest
    @EnumSource(names = {"LINUX_6_12_117", "LINUX_6_17", "LINUX_6_18"})
    void savedLagIsSpentThenWakeUpsPassThroughDelayedDequeue(FairProfile profile) {
        start(profile, 1000, 5_000);
        assertEquals(1_400_000, machine.hog.deadline());

        assertTrue(machine.wakeAt(13_000), "lag inflated to 10000: A is ineligible");
        state(13_000, 3_000, 8_000);
        runs(machine.sleeper);
        machine.runTo(19_000);
        assertFalse(machine.sleeper.onQueue(), "eligible at 9000 against 11000: off at once");
        assertEquals(9_000, machine.sleeper.vruntime());
        assertEquals(2_000, machine.sleeper.vlag());
        runs(machine.hog);

        assertTrue(machine.wakeAt(26_000));
        state(20_000, 16_000, 18_000);
        machine.runTo(32_000);
        assertTrue(machine.sleeper.delayed(), "22000 is beyond 21000: ineligible");
        state(20_000, 22_000, 21_000);
        assertEquals(1_416_000, machine.sleeper.deadline());

        assertTrue(machine.wakeAt(39_000));
        state(27_000, 22_000, 24_500);
        assertEquals(1_416_000, machine.sleeper.deadline(), "a requeue keeps the deadline");
        machine.runTo(45_000);
        assertTrue(machine.sleeper.delayed());
        state(27_000, 28_000, 27_500);

        assertTrue(machine.wakeAt(52_000));
        state(34_000, 28_000, 31_000);
        machine.runTo(58_000);
        assertFalse(machine.sleeper.onQueue(), "equality is eligible");
        assertEquals(34_000, machine.sleeper.vruntime());
        assertEquals(0, machine.sleeper.vlag());

        assertFalse(machine.wakeAt(65_000), "a tie: A is eligible and protected");
        state(41_000, 41_000, 41_000);
        assertEquals(1_441_000, machine.sleeper.deadline());
        machine.runTo(1_000_000);
        state(976_000, 41_000, 508_500);
        runs(machine.hog);
        machine.runTo(2_000_000);
        state(1_976_000, 41_000, 1_008_500);
        assertEquals(3_376_000, machine.hog.deadline(), "renewed from where A stands");
        runs(machine.sleeper);
        assertEquals(1_935_000, machine.longestWaitNs);
        machine.runTo(2_006_000);
        assertEquals(47_000, machine.sleeper.vruntime());
        assertEquals(964_500, machine.sleeper.vlag());

        assertTrue(machine.wakeAt(2_015_000));
        state(1_985_000, 56_000, 1_020_500);
        everyLaterWakePreempts(964_500, 2_015_000);
    }

    private void everyLaterWakePreempts(long vlag, long firstNs) {
        long expected = vlag;
        long atNs = firstNs;
        for (int i = 0; i < 50; i++) {
            machine.runTo(atNs + 6_000);
            expected -= 3_000;
            assertEquals(expected, machine.sleeper.vlag(), "a burst costs half of itself");
            atNs += 13_000;
            assertTrue(machine.wakeAt(atNs));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LINUX_6_12_117", "LINUX_6_17", "LINUX_6_18"})
    void freshTaskWaitsForTheTickThatSeesTheSliceEndAt1000Hz(FairProfile profile) {
        start(profile, 1000, 0);
        assertFalse(machine.wakeAt(13_000));
        state(13_000, 13_000, 13_000);
        machine.runTo(1_999_999);
        runs(machine.hog);
        machine.runTo(2_000_000);
        runs(machine.sleeper);
        machine.runTo(2_006_000);
        assertEquals(990_500, machine.sleeper.vlag());
        assertEquals(19_000, machine.sleeper.vruntime());
        assertTrue(machine.wakeAt(2_015_000));
        everyLaterWakePreempts(990_500, 2_015_000);
    }

    @ParameterizedTest
    @EnumSource(names = {"LINUX_6_12_117", "LINUX_6_17", "LINUX_6_18"})
    void freshTaskWaitsForTheTickThatSeesTheSliceEndAt250Hz(FairProfile profile) {
        start(profile, 250, 0);
        assertFalse(machine.wakeAt(13_000));
        machine.runTo(3_999_999);
        runs(machine.hog);
        machine.runTo(4_000_000);
        runs(machine.sleeper);
        machine.runTo(4_006_000);
        assertEquals(1_990_500, machine.sleeper.vlag());
        assertEquals(19_000, machine.sleeper.vruntime());
        assertTrue(machine.wakeAt(4_017_000));
        everyLaterWakePreempts(1_990_500, 4_017_000);
    }

    @ParameterizedTest
    @CsvSource({"1000, 6000, 73800", "1000, 9000, 44000", "250, 9000, 44000"})
    void nearlyAllWakesOfAModestTaskPreempt(int hz, long burstNs, int atLeast) {
        for (FairProfile profile : FairProfile.values()) {
            start(profile, hz, 0);
            machine.burstNs = burstNs;
            SplittableRandom jitter = new SplittableRandom(1);
            long second = 1_000_000_000L;
            for (long at = 13_000; at < second; at += 13_000) {
                machine.wakeAt(at + jitter.nextInt(-300, 301));
            }
            assertTrue(
                    machine.preemptingWakes >= atLeast, profile + ": " + machine.preemptingWakes);
            assertTrue(machine.preemptingWakes >= machine.wakes * 0.99, profile.name());
            long bound = machine.queue.baseSliceNs() + 1_000_000_000L / hz;
            assertTrue(machine.longestWaitNs < bound, profile + ": " + machine.longestWaitNs);
        }
    }
}
