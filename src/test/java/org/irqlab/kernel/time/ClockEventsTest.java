package org.irqlab.kernel.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.GuestThread;
import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.cpu.LocalTimer;
import org.irqlab.hw.cpu.NoiseMeter;
import org.irqlab.hw.cpu.VirtualCpu;
import org.irqlab.hw.intc.CpuTimer;
import org.irqlab.support.FakePort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class ClockEventsTest {
    private static final long SECOND = 1_000_000_000;

    private final FakePort port = new FakePort();
    private final VirtualCpu cpu =
            new VirtualCpu(
                    0, GuestThread.ANY_CORE, port, new HaltLine(), new NoiseMeter(1_000_000));
    private final ClockEvents events = new ClockEvents(port.timer());

    @Test
    void firesOnceAndIsThenSilent() {
        events.armOnce(1_000);
        assertEquals(1_000, port.timer().nextDueNs());
        port.timer().service(5_000);
        assertEquals(FakePort.TIMER, port.acknowledge());
        events.interrupt();
        assertEquals(CpuTimer.NEVER, port.timer().nextDueNs());
        assertEquals(1, port.timer().acknowledged());
        assertEquals(0, events.missed());
    }

    @Test
    void staysOnItsGridHoweverLateItIsServed() {
        long firstNs = HostClock.nowNs() - 5 * SECOND / 2;
        events.armPeriodic(firstNs, SECOND);
        port.timer().service(HostClock.nowNs());
        events.interrupt();
        assertEquals(firstNs + 3 * SECOND, port.timer().nextDueNs());
        assertEquals(2, events.missed(), "two went by with the first");
    }

    @Test
    void ignoresAnExpiryThatItHasNotAskedFor() {
        events.interrupt();
        assertEquals(CpuTimer.NEVER, port.timer().nextDueNs());
        long firstNs = HostClock.nowNs() + 3_600 * SECOND;
        events.armPeriodic(firstNs, SECOND);
        events.interrupt();
        assertEquals(firstNs, port.timer().nextDueNs());
        assertEquals(2, port.timer().acknowledged());
    }

    @Test
    void replacesWhatWasArmed() {
        events.armPeriodic(1_000, 100);
        events.armOnce(2_000);
        port.timer().service(2_000);
        events.interrupt();
        assertEquals(CpuTimer.NEVER, port.timer().nextDueNs(), "no longer periodic");
        events.armOnce(3_000);
        events.disarm();
        assertEquals(CpuTimer.NEVER, port.timer().nextDueNs());
        events.resume();
        assertEquals(CpuTimer.NEVER, port.timer().nextDueNs(), "nothing to go on with");
    }

    @Test
    void isSeenByItsCpuAsSoonAsItIsArmed() {
        cpu.addDevice(new LocalTimer(cpu));
        events.armOnce(HostClock.nowNs());
        cpu.poll();
        assertEquals(FakePort.TIMER, port.acknowledge());
        events.armOnce(HostClock.nowNs());
        events.disarm();
        cpu.poll();
        assertTrue(port.acknowledge() < 0, "disarmed");
    }

    @Test
    void goesOnWithWhatWasArmedAfterAReset() {
        events.armOnce(7_000);
        port.timer().disarm();
        events.resume();
        assertEquals(7_000, port.timer().nextDueNs());
    }

    @Test
    void refusesAPeriodOfNothing() {
        assertThrows(IllegalArgumentException.class, () -> events.armPeriodic(0, 0));
    }
}
