package org.irqlab.hw.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.support.FakePort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class LocalTimerTest {
    private final FakePort port = new FakePort();
    private final VirtualCpu cpu =
            new VirtualCpu(
                    0, GuestThread.ANY_CORE, port, new HaltLine(), new NoiseMeter(1_000_000));
    private final LocalTimer timer = new LocalTimer(cpu);

    @Test
    void firesOnceAndIsThenSilent() {
        timer.armOnce(1_000);
        assertEquals(1_000, timer.nextDueNs());
        timer.service(5_000);
        assertEquals(FakePort.TIMER, port.acknowledge());
        assertEquals(PolledDevice.NEVER, timer.nextDueNs());
        assertEquals(0, timer.missed());
    }

    @Test
    void staysOnItsGridHoweverLateItIsServed() {
        timer.armPeriodic(1_000, 100);
        timer.service(1_000);
        assertEquals(1_100, timer.nextDueNs());
        port.acknowledge();
        timer.service(1_199);
        assertEquals(1_200, timer.nextDueNs());
        assertEquals(0, timer.missed());
        port.acknowledge();
        timer.service(1_450);
        assertEquals(1_500, timer.nextDueNs());
        assertEquals(2, timer.missed(), "1300 and 1400 went by with 1200");
    }

    @Test
    void countsATickThatFoundTheLastOneUntakenAsMissed() {
        timer.armPeriodic(1_000, 100);
        timer.service(1_000);
        timer.service(1_100);
        timer.service(1_200);
        assertEquals(FakePort.TIMER, port.acknowledge());
        assertTrue(port.acknowledge() < 0, "one interrupt for three ticks");
        assertEquals(2, timer.missed());
    }

    @Test
    void replacesWhatWasArmed() {
        timer.armPeriodic(1_000, 100);
        timer.armOnce(2_000);
        timer.service(2_000);
        assertEquals(PolledDevice.NEVER, timer.nextDueNs(), "no longer periodic");
        timer.armOnce(3_000);
        timer.disarm();
        assertEquals(PolledDevice.NEVER, timer.nextDueNs());
    }

    @Test
    void isSeenByItsCpuAsSoonAsItIsArmed() {
        cpu.addDevice(timer);
        cpu.setEntry(vector -> {});
        timer.armOnce(HostClock.nowNs());
        cpu.poll();
        assertEquals(FakePort.TIMER, port.acknowledge());
        timer.armPeriodic(HostClock.nowNs(), TimeUnit.HOURS.toNanos(1));
        cpu.poll();
        assertEquals(FakePort.TIMER, port.acknowledge());
        timer.armOnce(HostClock.nowNs());
        timer.disarm();
        cpu.poll();
        assertTrue(port.acknowledge() < 0, "disarmed");
    }

    @Test
    void refusesAPeriodOfNothing() {
        assertThrows(IllegalArgumentException.class, () -> timer.armPeriodic(0, 0));
    }
}
