package org.irqlab.hw.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.support.FakePort;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class VirtualCpuTest {
    private static final long MS = 1_000_000;

    private final FakePort port = new FakePort();
    private final HaltLine halt = new HaltLine();
    private final NoiseMeter noise = new NoiseMeter(50_000);
    private final VirtualCpu cpu = new VirtualCpu(0, GuestThread.ANY_CORE, port, halt, noise);
    private final List<Integer> taken = new ArrayList<>();

    private void takeDown(int vector) {
        assertFalse(cpu.irqsEnabled(), "entered with interrupts off");
        taken.add(vector);
    }

    private static void spin(long ns) {
        long end = HostClock.nowNs() + ns;
        while (HostClock.nowNs() < end) {
            Thread.onSpinWait();
        }
    }

    @Test
    void keepsARequestLatchedWhileInterruptsAreOff() {
        cpu.setEntry(this::takeDown);
        port.accept(0x41);
        cpu.poll();
        cpu.burn(1_000);
        assertEquals(List.of(), taken);
        cpu.irqEnable();
        assertEquals(List.of(0x41), taken);
        assertTrue(cpu.irqsEnabled());
    }

    @Test
    void takesAllThatIsPendingAtOnePoll() {
        cpu.setEntry(this::takeDown);
        cpu.irqEnable();
        port.accept(0x41);
        port.accept(0x31);
        cpu.poll();
        assertEquals(List.of(0x31, 0x41), taken);
    }

    @Test
    void takesWhatTheHandlerItselfRequested() {
        cpu.setEntry(vector -> {
            takeDown(vector);
            if (taken.size() < 3) {
                port.accept(vector);
            }
        });
        port.accept(0x41);
        cpu.irqEnable();
        assertEquals(List.of(0x41, 0x41, 0x41), taken);
    }

    @Test
    void nestsSaveAndRestore() {
        cpu.setEntry(this::takeDown);
        cpu.irqEnable();
        boolean outer = cpu.irqSave();
        boolean inner = cpu.irqSave();
        port.accept(0x41);
        assertTrue(outer);
        assertFalse(inner);
        cpu.irqRestore(inner);
        assertFalse(cpu.irqsEnabled());
        assertEquals(List.of(), taken);
        cpu.irqRestore(outer);
        assertTrue(cpu.irqsEnabled());
        assertEquals(List.of(0x41), taken);
        cpu.irqDisable();
        assertFalse(cpu.irqsEnabled());
    }

    @Test
    void burnsAtLeastWhatItIsAskedFor() {
        long began = HostClock.nowNs();
        cpu.burn(2 * MS);
        assertTrue(HostClock.nowNs() - began >= 2 * MS);
    }

    @Test
    void takesAnInterruptInTheMiddleOfABurn() {
        cpu.setEntry(this::takeDown);
        cpu.irqEnable();
        var device = new Alarm(HostClock.nowNs() + MS);
        cpu.addDevice(device);
        cpu.burn(5 * MS);
        assertEquals(List.of(0x50), taken);
        assertTrue(device.lateNs >= 0, "never early");
    }

    @Test
    void doesNotCountAnInterruptAsProgressOfWhatItInterrupts() {
        cpu.setEntry(vector -> spin(20 * MS));
        cpu.irqEnable();
        cpu.addDevice(new Alarm(HostClock.nowNs() + MS));
        long began = HostClock.nowNs();
        cpu.burn(3 * MS);
        assertTrue(HostClock.nowNs() - began >= 23 * MS);
        assertFalse(stolen(20 * MS), "a handler is not host steal");
    }

    @Test
    void doesNotCountADeviceAsProgressOfWhatItInterrupts() {
        cpu.addDevice(
                new Alarm(HostClock.nowNs() + MS) {
                    @Override
                    public void service(long nowNs) {
                        super.service(nowNs);
                        spin(20 * MS);
                    }
                });
        long began = HostClock.nowNs();
        cpu.burn(3 * MS);
        assertTrue(HostClock.nowNs() - began >= 23 * MS);
    }

    @Test
    void doesNotCountStolenTimeAsProgress() {
        int[] looks = {0};
        port.onLook(() -> {
            if (++looks[0] == 100) {
                spin(20 * MS);
            }
        });
        cpu.irqEnable();
        long began = HostClock.nowNs();
        cpu.burn(3 * MS);
        assertTrue(HostClock.nowNs() - began >= 23 * MS);
        assertTrue(noise.stolenNs() >= 20 * MS);
        assertTrue(stolen(20 * MS));
        assertTrue(noise.tainted());
    }

    private boolean stolen(long ns) {
        return noise.gaps().getTotalCount() > 0 && noise.gaps().getMaxValue() >= ns * 99 / 100;
    }

    @Test
    void carriesWhatItBurntTooMuchIntoTheNextBurn() {
        var fine = new NoiseMeter(Long.MAX_VALUE);
        var exact = new VirtualCpu(0, GuestThread.ANY_CORE, port, halt, fine);
        for (int i = 0; i < 1_000; i++) {
            exact.burn(10);
        }
        // 10 ns is far below one poll: without the carry every burn would cost at least one.
        int polls = 0;
        for (int i = 0; i < 1_000; i++) {
            long before = fine.pollGaps().getTotalCount();
            exact.burn(10);
            polls += (int) (fine.pollGaps().getTotalCount() - before);
        }
        assertTrue(polls < 900, "polls=" + polls + " for 1000 burns of 10 ns");
    }

    @Test
    void carriesNoMoreThanTwoHundredNanoseconds() {
        var never = new NoiseMeter(Long.MAX_VALUE);
        var lenient = new VirtualCpu(0, GuestThread.ANY_CORE, port, halt, never);
        int[] looks = {0};
        port.onLook(() -> {
            if (++looks[0] == 1) {
                spin(20 * MS);
            }
        });
        lenient.irqEnable();
        looks[0] = 0;
        lenient.burn(MS);
        long began = HostClock.nowNs();
        lenient.burn(MS);
        assertTrue(HostClock.nowNs() - began >= MS - 200, "19 ms too much do not pay for 1 ms");
    }

    @Test
    void burnsOnlyWhatIsLeftOfAPath() {
        long since = HostClock.nowNs();
        spin(3 * MS);
        long began = HostClock.nowNs();
        assertFalse(cpu.burnUntil(since + 2 * MS));
        assertFalse(cpu.burnUntil(since));
        long over = HostClock.nowNs();
        assertEquals(0, noise.pollGaps().getTotalCount(), "nothing left, nothing burnt");
        assertTrue(over >= began);
        assertTrue(cpu.burnUntil(HostClock.nowNs() + 2 * MS));
        assertTrue(HostClock.nowNs() - over >= 2 * MS - 1_000);
    }

    @Test
    void servesADeviceAtOrAfterItsTimeAndAsksItAgain() {
        var device = new Alarm(HostClock.nowNs() + MS);
        cpu.addDevice(device);
        cpu.poll();
        assertEquals(0, device.services);
        while (device.services == 0) {
            cpu.poll();
        }
        assertTrue(device.lateNs >= 0);
        device.dueNs = HostClock.nowNs();
        cpu.poll();
        assertEquals(1, device.services, "a deadline that moves by itself has to be announced");
        cpu.deadlineChanged();
        cpu.poll();
        assertEquals(2, device.services);
    }

    @Test
    void servesTheEarliestOfSeveralDevicesInTime() {
        var late = new Alarm(HostClock.nowNs() + TimeUnit.HOURS.toNanos(1));
        var early = new Alarm(HostClock.nowNs());
        cpu.addDevice(late);
        cpu.addDevice(early);
        cpu.poll();
        assertEquals(1, early.services);
        assertEquals(0, late.services);
    }

    @Test
    void tellsAnIdleStepThatDidSomethingFromOneThatDidNot() {
        cpu.setEntry(this::takeDown);
        cpu.irqEnable();
        assertTrue(cpu.idleStep(HostClock.nowNs()) > 0);
        port.accept(0x41);
        assertTrue(cpu.idleStep(HostClock.nowNs()) < 0);
        assertEquals(List.of(0x41), taken);
    }

    @Test
    void metersAnIdleCpuTooAndTaintsOnlyWhatWasHurt() {
        cpu.setEntry(this::takeDown);
        cpu.irqEnable();
        long last = HostClock.nowNs();
        spin(MS);
        cpu.idleStep(last);
        assertTrue(noise.stolenIdleNs() >= MS);
        assertFalse(noise.tainted());
        last = HostClock.nowNs();
        spin(MS);
        port.accept(0x41);
        cpu.idleStep(last);
        assertTrue(noise.tainted());
    }

    @Test
    void doesNotHaltWithARequestOrADeadlineThatHasPassed() {
        port.accept(0x41);
        cpu.halt();
        assertEquals(0, port.halts());
        port.acknowledge();
        cpu.addDevice(new Alarm(HostClock.nowNs()));
        cpu.halt();
        assertEquals(0, port.halts());
    }

    @Test
    void haltsUntilTheNextDeadline() {
        long due = HostClock.nowNs() + 5 * MS;
        cpu.addDevice(new Alarm(due));
        cpu.halt();
        assertTrue(HostClock.nowNs() >= due);
        assertEquals(1, port.halts());
        assertEquals(1, port.resumes());
    }

    @Test
    void endsAHaltThatNobodyKicksAfterATenthOfASecond() {
        long began = HostClock.nowNs();
        cpu.halt();
        assertTrue(HostClock.nowNs() - began >= 100 * MS);
        assertEquals(1, port.resumes());
    }

    @Test
    void keepsAKickThatCameBeforeTheHalt() {
        cpu.addDevice(new Alarm(HostClock.nowNs() + TimeUnit.HOURS.toNanos(1)));
        halt.kick();
        for (int i = 0; i < 5; i++) {
            long began = HostClock.nowNs();
            cpu.halt();
            if (i == 0) {
                assertEquals(1, port.resumes());
            } else {
                assertTrue(HostClock.nowNs() - began >= 100 * MS, "one kick, one halt");
                return;
            }
        }
    }

    @Test
    void isWokenByAKickFromAnotherThread() throws InterruptedException {
        var kicker =
                new Thread(() -> {
                    spin(5 * MS);
                    halt.kick();
                });
        kicker.start();
        cpu.halt();
        kicker.join();
        assertEquals(1, port.resumes());
    }

    @Test
    void saysWhenAnInterruptHasNoKernelToEnter() {
        port.accept(0x41);
        var e = assertThrows(IllegalStateException.class, cpu::irqEnable);
        assertEquals("no kernel entered for vector=65", e.getMessage());
    }

    /** Requests vector 0x50 at one moment. */
    private class Alarm implements PolledDevice {
        long dueNs;
        long lateNs;
        int services;

        Alarm(long dueNs) {
            this.dueNs = dueNs;
        }

        @Override
        public long nextDueNs() {
            return dueNs;
        }

        @Override
        public void service(long nowNs) {
            services++;
            lateNs = nowNs - dueNs;
            dueNs = NEVER;
            port.accept(0x50);
        }
    }
}
