package org.irqlab.hw.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.support.FakePort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

/** Progress is counted from an origin, which only what was no progress moves. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BurnTowardsTest {
    private static final long MS = 1_000_000;

    private final FakePort port = new FakePort();

    private VirtualCpu cpu(long stealNs) {
        return new VirtualCpu(
                0, GuestThread.ANY_CORE, port, new HaltLine(), new NoiseMeter(stealNs));
    }

    /** A CPU from which nothing is ever stolen: every gap is progress. */
    private VirtualCpu undisturbed() {
        return cpu(Long.MAX_VALUE);
    }

    private static void spin(long ns) {
        long end = HostClock.nowNs() + ns;
        while (HostClock.nowNs() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void spendsTheTimeUpToTheProgress() {
        VirtualCpu cpu = undisturbed();
        long origin = HostClock.nowNs();
        assertEquals(origin, cpu.burnTowards(origin, 2 * MS));
        assertTrue(HostClock.nowNs() - origin >= 2 * MS);
    }

    @Test
    void ownCodeBetweenTwoCallsIsProgress() {
        VirtualCpu cpu = undisturbed();
        long origin = HostClock.nowNs();
        long after = cpu.burnTowards(origin, MS);
        spin(2 * MS);
        long polls = cpu.noise().pollGaps().getTotalCount();
        assertEquals(origin, cpu.burnTowards(after, 2 * MS));
        assertEquals(polls, cpu.noise().pollGaps().getTotalCount(), "done before: nothing burnt");
    }

    @Test
    void originMovesByWhatInterruptsTook() {
        VirtualCpu cpu = undisturbed();
        cpu.setEntry(vector -> spin(20 * MS));
        cpu.irqEnable();
        int[] looks = {0};
        port.onLook(() -> {
            if (++looks[0] == 100) {
                port.accept(0x41);
            }
        });
        long origin = HostClock.nowNs();
        long moved = cpu.burnTowards(origin, 3 * MS) - origin;
        long passed = HostClock.nowNs() - origin;
        assertTrue(moved >= 20 * MS, "moved=" + moved);
        assertTrue(moved <= passed - 3 * MS, "moved=" + moved + " passed=" + passed);
    }

    @Test
    void originMovesByWhatTheHostStole() {
        VirtualCpu cpu = cpu(50_000);
        int[] looks = {0};
        cpu.irqEnable();
        port.onLook(() -> {
            if (++looks[0] == 100) {
                spin(20 * MS);
            }
        });
        long origin = HostClock.nowNs();
        long moved = cpu.burnTowards(origin, 3 * MS) - origin;
        assertTrue(moved >= 20 * MS, "moved=" + moved);
        assertTrue(HostClock.nowNs() - origin >= moved + 3 * MS);
        assertTrue(cpu.noise().stolenNs() >= 20 * MS);
    }

    @Test
    void keepsWhatIsLatchedForLaterWhenTheProgressIsReached() {
        VirtualCpu cpu = undisturbed();
        boolean[] taken = {false};
        cpu.setEntry(vector -> taken[0] = true);
        cpu.irqEnable();
        port.accept(0x41);
        long origin = HostClock.nowNs() - MS;
        assertEquals(origin, cpu.burnTowards(origin, MS));
        assertFalse(taken[0]);
    }

    @Test
    void preemptionAddsToWhatIsLeft() {
        VirtualCpu cpu = undisturbed();
        long origin = HostClock.nowNs();
        cpu.resumed(HostClock.nowNs(), 5 * MS);
        long moved = cpu.burnTowards(origin, MS) - origin;
        // The way back from the switch to here is the task's own.
        assertTrue(moved > 4 * MS && moved <= 5 * MS, "moved=" + moved);
        assertTrue(HostClock.nowNs() - origin >= MS + moved);
        assertEquals(origin, cpu.burnTowards(origin, MS), "paid once");
    }
}
