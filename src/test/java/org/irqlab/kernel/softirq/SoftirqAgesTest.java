package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the counters and histograms of a CPU's softirqs say. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SoftirqAgesTest {
    private static final long LATE_NS = 3_000_000;
    private static final long MUCH_NS = 20_000_000_000L;

    private final SoftirqRig rig = new SoftirqRig(1);

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void showsHowLongBottomHalvesWereHeldBack() {
        rig.on(SoftirqVector.BLOCK);
        rig.m.kernelThread(
                0,
                "driver",
                TaskPolicy.FIFO_50,
                self -> {
                    self.cpu().bhDisable();
                    rig.softirqs().raise(SoftirqVector.BLOCK);
                    self.cpu().burn(LATE_NS);
                    long waited = rig.softirqs().ages().oldestWaitNs(HostClock.nowNs());
                    assertTrue(waited >= LATE_NS, "pending for " + waited);
                    // Merged: the age is that of the first raise.
                    rig.softirqs().raise(SoftirqVector.BLOCK);
                    self.cpu().bhEnable();
                    rig.note("enabled");
                });
        rig.m.start();
        rig.awaitLog("BLOCK", "enabled");
        AgeSnapshot ages = rig.softirqs().ages().of(SoftirqVector.BLOCK);
        assertEquals(1, ages.count());
        assertTrue(ages.maxNs() >= LATE_NS, "age " + ages.maxNs());
        assertEquals(2, rig.softirqs().counts().raised(SoftirqVector.BLOCK));
        assertEquals(1, rig.softirqs().counts().merged(SoftirqVector.BLOCK));
        assertEquals(0, rig.softirqs().ages().oldestWaitNs(HostClock.nowNs()));
    }

    @Test
    void tellsARaiseDuringAPassFromTheOneBeforeIt() {
        // BLOCK is in the snapshot, and is raised again before its action has started.
        rig.on(
                SoftirqVector.NET_RX,
                cpu -> {
                    cpu.burn(LATE_NS);
                    rig.softirqs().raise(SoftirqVector.BLOCK);
                });
        rig.on(SoftirqVector.BLOCK);
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.NET_RX, SoftirqVector.BLOCK);
        rig.awaitLog("NET_RX", "BLOCK", "BLOCK");
        rig.m.inInterrupt(0, cpu -> {});
        AgeSnapshot ages = rig.softirqs().ages().of(SoftirqVector.BLOCK);
        assertEquals(2, ages.count());
        assertTrue(
                ages.maxNs() >= LATE_NS && ages.maxNs() < MUCH_NS,
                "the first waited " + ages.maxNs());
        assertTrue(ages.quantileNs(0.5) < LATE_NS, "the second did not");
    }

    @Test
    void writesTheTextOfProcSoftirqs() {
        rig.on(SoftirqVector.TIMER);
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.TIMER);
        rig.awaitLog("TIMER");
        rig.raiseInInterrupt(SoftirqVector.TIMER);
        rig.awaitLog("TIMER", "TIMER");
        Threads.await("counted", () -> rig.softirqs().ran(SoftirqVector.TIMER) == 2);
        List<String> lines = SoftirqsText.counts(List.of(rig.softirqs())).lines().toList();
        assertEquals("                    CPU0       ", lines.get(0));
        assertEquals("          HI:          0", lines.get(1));
        assertEquals("       TIMER:          2", lines.get(2));
        assertEquals("         RCU:          0", lines.get(10));
        assertEquals(11, lines.size());
        List<String> ages = SoftirqsText.ages(List.of(rig.softirqs())).lines().toList();
        assertEquals(2, ages.size(), "vectors that have run: " + ages);
        assertTrue(ages.get(1).startsWith("       TIMER:          2 "), ages.get(1));
    }
}
