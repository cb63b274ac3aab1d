package org.irqlab.kernel.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.hw.intc.apic.LocalApic;
import org.irqlab.hw.intc.apic.Lvt;
import org.irqlab.kernel.irq.ipi.CrossCall;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.kernel.sched.SchedulerSettings;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** INIT, start-up and external interrupts at the CPUs of a running machine. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SignalsTest {
    private static final int CPU = 1;
    private static final int INIT = 5 << 8 | 1 << 14;
    private static final int STARTUP = 6 << 8;
    private static final int EXT_INT = 7 << 8;
    private static final int EXTERNAL_VECTOR = 0x38;
    private static final int EXTENDED_TO_CPU = CPU << 24;
    private static final int ICR_LOW = 0x300;
    private static final int ICR_HIGH = 0x310;
    private static final int MS = 1_000_000;

    private final TestMachine m =
            new TestMachine(
                    MachineSpec.unpinned(2)
                            .withWorkersPerPool(1)
                            .withScheduling(
                                    SchedulerSettings.linux618().withIdle(IdlePolicy.HALT)));
    private final ApicController apics = (ApicController) m.machine().controller();

    private LocalApic apic() {
        return apics.port(CPU);
    }

    /** CPU 0 sends to CPU 1 by its command register. */
    private void send(int command) {
        m.inInterrupt(
                0,
                cpu -> {
                    apics.registers().write(0, ICR_HIGH, Integer.BYTES, EXTENDED_TO_CPU);
                    apics.registers().write(0, ICR_LOW, Integer.BYTES, command);
                });
    }

    private int inits() {
        return m.cpu(CPU).hw().signals().inits();
    }

    private void sendInit(int expected) {
        send(INIT);
        Threads.await("INIT " + expected, () -> inits() == expected);
    }

    @Test
    void standsStillFromInitToStartup() {
        var calls = new AtomicInteger();
        try (m) {
            m.start();
            sendInit(1);
            assertTrue(apic().signals().waitsForStartup());
            m.inInterrupt(
                    0,
                    cpu ->
                            m.machine()
                                    .calls()
                                    .callAsync(
                                            CPU,
                                            new CrossCall(on -> calls.incrementAndGet()),
                                            cpu));
            m.inInterrupt(0, cpu -> cpu.burn(5 * MS));
            assertEquals(0, calls.get(), "nothing runs there");
            send(STARTUP | 0x9a);
            Threads.await("call", () -> calls.get() == 1);
            m.inInterrupt(CPU, cpu -> calls.incrementAndGet());
            assertEquals(2, calls.get());
            assertFalse(apic().signals().waitsForStartup());
        }
    }

    @Test
    void isResetAndSetUpAgain() {
        try (m) {
            m.start();
            m.inInterrupt(
                    CPU,
                    cpu -> {
                        m.machine().timer(CPU).armOnce(Long.MAX_VALUE / 2);
                        apic().writeTpr(0x50);
                        apic().accept(0x44);
                    });
            sendInit(1);
            // The CPU stands still: nobody else reads this meanwhile.
            assertEquals(0xff, apic().svr());
            assertEquals(0, apic().tpr());
            assertTrue((apic().lvtTimer() & Lvt.MASKED) != 0);
            assertEquals(Long.MAX_VALUE, apic().timer().nextDueNs());
            assertFalse(m.cpu(CPU).hw().irqsEnabled());
            send(STARTUP);
            m.inInterrupt(
                    CPU,
                    cpu -> {
                        assertEquals(0x1ff, apic().svr());
                        assertEquals(0x10, apic().tpr());
                        assertTrue(apic().timer().deadline() > 0, "the kernel's timer goes on");
                    });
        }
    }

    @Test
    void ignoresAStartupThatNobodyWaitsFor() {
        try (m) {
            m.start();
            send(STARTUP | 1);
            m.inInterrupt(CPU, cpu -> cpu.burn(MS));
            assertEquals(0, inits());
            sendInit(1);
            m.inInterrupt(0, cpu -> cpu.burn(3 * MS));
            assertTrue(apic().signals().waitsForStartup(), "the early one is forgotten");
            sendInit(2);
            send(STARTUP | 2);
            m.inInterrupt(CPU, cpu -> {});
            send(STARTUP | 3);
            m.inInterrupt(CPU, cpu -> {});
            assertEquals(2, inits());
        }
    }

    @Test
    void endsWithTheMachineWhileACpuWaits() {
        m.start();
        sendInit(1);
        m.close();
        assertEquals(null, m.machine().smp().failure());
    }

    @Test
    void takesTheVectorOfAnExternalControllerAndDoesNotEndItAtTheApic() {
        var acknowledged = new AtomicInteger();
        var handled = new AtomicInteger();
        m.cpu(CPU)
                .hw()
                .signals()
                .connect(() -> {
                    acknowledged.incrementAndGet();
                    return EXTERNAL_VECTOR;
                });
        m.machine().irqs().setExternalHandler(EXTERNAL_VECTOR, cpu -> handled.incrementAndGet());
        try (m) {
            m.start();
            send(EXT_INT);
            Threads.await("external interrupt", () -> handled.get() == 1);
            // LINT0 in ExtINT mode, with interrupts off: it waits until they are on.
            m.inInterrupt(
                    CPU,
                    cpu -> {
                        apic().writeLvt(Lvt.LINT0, EXT_INT);
                        apic().driveLint(Lvt.LINT0, true);
                        cpu.burn(MS);
                        assertEquals(1, acknowledged.get());
                    });
            Threads.await("external interrupt", () -> handled.get() == 2);
            m.inInterrupt(CPU, cpu -> cpu.burn(MS));
            assertEquals(2, acknowledged.get());
            m.inInterrupt(CPU, cpu -> assertEquals(0, apic().counts().ignoredEnds()));
            assertEquals(0, m.machine().irqs().stray(CPU));
        }
    }
}
