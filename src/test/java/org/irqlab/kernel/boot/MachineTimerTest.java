package org.irqlab.kernel.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.hw.intc.apic.ApicMsrs;
import org.irqlab.hw.intc.apic.ApicTimer;
import org.irqlab.hw.intc.apic.LocalApic;
import org.irqlab.hw.intc.gicv3.GicMachine;
import org.irqlab.hw.intc.gicv3.VirtualTimer;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.kernel.sched.SchedulerSettings;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The architectures' timers, programmed by their registers on a running machine. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MachineTimerTest {
    private static final int CPU = 1;
    private static final int VECTOR = 0xec;
    private static final int MASKED = 1 << 16;
    private static final int PERIODIC = 1 << 17;
    private static final int TSC_DEADLINE = 2 << 17;
    private static final int LVT_TIMER = 0x320;
    private static final int INITIAL_COUNT = 0x380;
    private static final int DIVIDE = 0x3e0;
    private static final int BY_ONE = 11;
    private static final int MS = 1_000_000;

    private final AtomicInteger[] ticks = {new AtomicInteger(), new AtomicInteger()};

    private TestMachine machine(boolean arm64) {
        var spec =
                MachineSpec.unpinned(2)
                        .withWorkersPerPool(1)
                        .withScheduling(SchedulerSettings.linux618().withIdle(IdlePolicy.HALT));
        var m = arm64 ? new TestMachine(spec, GicMachine::asLinuxLeavesIt) : new TestMachine(spec);
        m.machine()
                .irqs()
                .setSystemHandler(
                        m.machine().controller().vectors().localTimer(),
                        cpu -> {
                            m.machine().timer(cpu.id()).interrupt();
                            ticks[cpu.id()].incrementAndGet();
                        },
                        null,
                        null);
        return m.start();
    }

    private static ApicController apics(TestMachine m) {
        return (ApicController) m.machine().controller();
    }

    /** Runs {@code work} with CPU 1's registers there, in an interrupt. */
    private static void on(TestMachine m, Consumer<LocalApic> work) {
        m.inInterrupt(CPU, cpu -> work.accept(apics(m).port(CPU)));
    }

    private static void write(TestMachine m, int offset, int value) {
        apics(m).registers().write(CPU, offset, Integer.BYTES, value);
    }

    private void awaitTicks(int expected) {
        Threads.await(expected + " ticks", () -> ticks[CPU].get() >= expected);
    }

    @Test
    void interruptsItsHaltedCpuOnceForACountThatAGuestWrites() {
        try (var m = machine(false)) {
            on(
                    m,
                    apic -> {
                        write(m, DIVIDE, BY_ONE);
                        write(m, INITIAL_COUNT, 2 * MS);
                    });
            awaitTicks(1);
            on(
                    m,
                    apic -> {
                        assertEquals(0, apic.timer().currentCount());
                        assertEquals(ApicTimer.NEVER, apic.timer().nextDueNs());
                    });
            m.inInterrupt(CPU, cpu -> cpu.burn(5 * MS));
            assertEquals(1, ticks[CPU].get(), "one shot");
            assertEquals(0, ticks[0].get(), "the other CPU has a timer of its own");
        }
    }

    @Test
    void requestsNothingWhileItsEntryIsMasked() {
        try (var m = machine(false)) {
            on(
                    m,
                    apic -> {
                        write(m, LVT_TIMER, MASKED | VECTOR);
                        write(m, DIVIDE, BY_ONE);
                        write(m, INITIAL_COUNT, MS / 10);
                    });
            m.inInterrupt(CPU, cpu -> cpu.burn(2 * MS));
            on(
                    m,
                    apic -> {
                        assertEquals(1, apic.counts().lostTimerExpiries());
                        assertFalse(apic.requested(VECTOR));
                        write(m, LVT_TIMER, VECTOR);
                    });
            m.inInterrupt(CPU, cpu -> cpu.burn(MS));
            assertEquals(0, ticks[CPU].get(), "a masked expiry is lost");
        }
    }

    @Test
    void goesOnPeriodicallyAndCountsWhatALateCpuMissed() {
        try (var m = machine(false)) {
            on(
                    m,
                    apic -> {
                        write(m, LVT_TIMER, PERIODIC | VECTOR);
                        write(m, DIVIDE, BY_ONE);
                        write(m, INITIAL_COUNT, MS);
                    });
            awaitTicks(5);
            int[] before = new int[1];
            // Interrupts are off, and it does not poll either.
            m.inInterrupt(
                    CPU,
                    cpu -> {
                        before[0] = ticks[CPU].get();
                        long until = HostClock.nowNs() + 10 * MS;
                        while (HostClock.nowNs() < until) {
                            Thread.onSpinWait();
                        }
                    });
            awaitTicks(before[0] + 2);
            on(
                    m,
                    apic -> {
                        write(m, INITIAL_COUNT, 0);
                        assertTrue(apic.timer().missed() >= 8, "missed " + apic.timer().missed());
                    });
            int stopped = ticks[CPU].get();
            m.inInterrupt(CPU, cpu -> cpu.burn(5 * MS));
            assertTrue(ticks[CPU].get() <= stopped + 1, "one may have been requested already");
        }
    }

    @Test
    void clearsTheDeadlineThatHasExpired() {
        try (var m = machine(false)) {
            var msrs = apics(m).msrs(CPU);
            on(
                    m,
                    apic -> {
                        write(m, LVT_TIMER, TSC_DEADLINE | VECTOR);
                        msrs.write(ApicMsrs.IA32_TSC_DEADLINE, apic.timer().timeStamp() + 2 * MS);
                        assertTrue(msrs.read(ApicMsrs.IA32_TSC_DEADLINE) != 0);
                    });
            awaitTicks(1);
            on(m, apic -> assertEquals(0, msrs.read(ApicMsrs.IA32_TSC_DEADLINE)));
            on(m, apic -> msrs.write(ApicMsrs.IA32_TSC_DEADLINE, 1));
            awaitTicks(2);
            on(m, apic -> assertEquals(0, msrs.read(ApicMsrs.IA32_TSC_DEADLINE), "was past"));
        }
    }

    @Test
    void requestsItsLevelUntilTheHandlerMasksIt() {
        try (var m = machine(true)) {
            var timer = ((GicMachine) m.machine().controller()).port(CPU).timer();
            m.inInterrupt(
                    CPU,
                    cpu -> {
                        timer.writeTimerValue(2 * MS);
                        timer.writeControl(VirtualTimer.ENABLE);
                        assertEquals(VirtualTimer.ENABLE, timer.control());
                    });
            awaitTicks(1);
            m.inInterrupt(
                    CPU,
                    cpu -> {
                        int masked = VirtualTimer.ENABLE | VirtualTimer.MASK;
                        assertEquals(masked | VirtualTimer.STATUS, timer.control());
                        assertTrue(timer.timerValue() < 0);
                    });
            assertEquals(1, ticks[CPU].get());
            // The condition is still met: taking the mask away interrupts again.
            m.inInterrupt(CPU, cpu -> timer.writeControl(VirtualTimer.ENABLE));
            awaitTicks(2);
            m.inInterrupt(CPU, cpu -> cpu.burn(MS));
            assertEquals(2, ticks[CPU].get());
            assertEquals(0, ticks[0].get());
        }
    }

    @Test
    void keepsAnExpiryWhileThePpiIsDisabled() {
        try (var m = machine(true)) {
            var gic = ((GicMachine) m.machine().controller()).gic();
            m.inInterrupt(
                    CPU,
                    cpu -> {
                        gic.redistributor(CPU).disable(27);
                        gic.port(CPU).timer().writeControl(VirtualTimer.ENABLE);
                    });
            m.inInterrupt(CPU, cpu -> cpu.burn(MS));
            assertEquals(0, ticks[CPU].get());
            m.inInterrupt(CPU, cpu -> gic.redistributor(CPU).enable(27));
            awaitTicks(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ticksForTheKernelOnEitherPlatform(boolean arm64) {
        try (var m = machine(arm64)) {
            m.inInterrupt(CPU, cpu -> m.machine().timer(CPU).armPeriodic(HostClock.nowNs(), MS));
            awaitTicks(20);
            m.inInterrupt(CPU, cpu -> m.machine().timer(CPU).disarm());
            m.inInterrupt(CPU, cpu -> cpu.burn(MS));
            int stopped = ticks[CPU].get();
            m.inInterrupt(CPU, cpu -> cpu.burn(5 * MS));
            assertEquals(stopped, ticks[CPU].get());
            long atNs = HostClock.nowNs() + 2 * MS;
            m.inInterrupt(CPU, cpu -> m.machine().timer(CPU).armOnce(atNs));
            awaitTicks(stopped + 1);
            assertTrue(HostClock.nowNs() >= atNs);
            assertEquals(0, ticks[0].get());
        }
    }
}
