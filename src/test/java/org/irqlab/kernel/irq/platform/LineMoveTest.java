package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.apic.LocalApic;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.LineWish;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.IrqRequests;
import org.irqlab.kernel.irq.line.TestLines;
import org.irqlab.support.TestDevice;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Lines that move from CPU to CPU, and CPUs that go and come; I-35, I-36. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LineMoveTest {
    private final TestMachine m = new TestMachine(2);
    private final IrqTable irqs = m.machine().irqs();
    private final TestDevice device = new TestDevice(m.machine(), 2);
    private final AtomicInteger[] runs = {new AtomicInteger(), new AtomicInteger()};
    private final AtomicLong fired = new AtomicLong();
    private final AtomicLong seen = new AtomicLong();

    private IrqDescriptor requested(int cpu) {
        IrqDescriptor line = device.line(45, 0, cpu);
        TestLines.request(line, counting(), m.cpu(0));
        return line;
    }

    private IrqRequest counting() {
        return IrqRequest.of(
                "nic0",
                cpu -> {
                    seen.set(fired.get());
                    runs[cpu.id()].incrementAndGet();
                    return IrqReturn.HANDLED;
                });
    }

    private IrqDescriptor managed(CpuMask mask) {
        IrqDescriptor line =
                irqs.domain(device.msix()).map(46, 1, LineWish.managed(mask), m.cpu(0)).line();
        TestLines.request(line, counting(), m.cpu(0));
        return line;
    }

    private void fire(int entry) {
        fired.incrementAndGet();
        device.fire(entry);
    }

    private void awaitServed() {
        Threads.await("served", () -> seen.get() == fired.get());
    }

    /** Nothing is left of a move: one vector for the line, and none in use elsewhere. */
    private void awaitSettled(int vectors) {
        Threads.await(
                "old vectors given back",
                () -> irqs.vectors().allocated(0) + irqs.vectors().allocated(1) == vectors);
    }

    @Test
    void movesWithItsNextInterruptAndGivesTheOldVectorBackAfterTheFirstOnTheNewCpu() {
        IrqDescriptor line = requested(0);
        try (m) {
            m.start();
            m.inInterrupt(1, cpu -> irqs.setAffinity(line, CpuMask.of(1), cpu));
            assertEquals(CpuMask.of(0), line.effectiveAffinity(), "not yet");
            fire(0);
            Threads.await("on the old CPU", () -> runs[0].get() == 1);
            m.inInterrupt(0, cpu -> assertEquals(CpuMask.of(1), line.effectiveAffinity()));
            assertEquals(1, irqs.vectors().allocated(0), "held until it arrives on the new one");
            assertEquals(1, irqs.vectors().allocated(1));
            fire(0);
            Threads.await("on the new CPU", () -> runs[1].get() == 1);
            awaitSettled(1);
            assertEquals(1, irqs.vectors().allocated(1));
            irqs.checkVectors();
        }
        assertEquals(1, line.counts().byCpu(0));
        assertEquals(1, line.counts().byCpu(1));
        assertEquals(0, irqs.stray(0) + irqs.stray(1));
    }

    @Test
    void waitsForTheLastMoveBeforeTheNext() {
        // The machine stands still: this thread is both CPUs.
        IrqDescriptor line = requested(0);
        irqs.setAffinity(line, CpuMask.of(1), m.cpu(0));
        line.handle(m.cpu(0));
        assertEquals(CpuMask.of(1), line.effectiveAffinity());
        irqs.setAffinity(line, CpuMask.of(0), m.cpu(0));
        line.handle(m.cpu(1));
        assertTrue(line.isMovePending(), "busy: the old CPU has yet to give its vector back");
        assertEquals(CpuMask.of(1), line.effectiveAffinity());
        m.cpu(0).hw().irqEnable();
        m.cpu(0).hw().irqDisable();
        assertEquals(0, irqs.vectors().allocated(0), "the old CPU has taken the call");
        line.handle(m.cpu(1));
        assertEquals(CpuMask.of(0), line.effectiveAffinity());
    }

    @Test
    void keepsTheOldVectorWhileARequestIsLatchedThere() {
        IrqDescriptor line = requested(0);
        fire(0);
        var old = m.cpu(0).hw();
        int vector = m.machine().controller().vectors().firstDevice();
        assertTrue(old.port().requested(vector));
        irqs.setAffinity(line, CpuMask.of(1), m.cpu(0));
        line.handle(m.cpu(0));
        line.handle(m.cpu(1));
        assertEquals(2, irqs.vectors().allocated(0) + irqs.vectors().allocated(1));
        // The call gets through, the old request does not: the clean-up has to wait for it.
        var apic = (LocalApic) old.port();
        apic.writeTpr(0x40);
        old.irqEnable();
        old.irqDisable();
        assertTrue(apic.requested(vector));
        assertEquals(1, irqs.vectors().allocated(0), "still held");
        apic.writeTpr(0x10);
        old.irqEnable();
        old.irqDisable();
        assertFalse(old.port().requested(vector));
        assertEquals(2, runs[0].get());
        assertEquals(0, irqs.vectors().allocated(0));
        assertEquals(0, irqs.stray(0));
    }

    @Test
    void refusesCpusThatAreNotThere() {
        IrqDescriptor line = requested(0);
        assertEquals(IrqResult.EINVAL, irqs.setAffinity(line, CpuMask.of(7), m.cpu(0)));
        IrqDescriptor fixed = managed(CpuMask.first(2));
        assertEquals(IrqResult.EIO, irqs.setAffinity(fixed, CpuMask.of(0), m.cpu(0)));
    }

    @Test
    void losesNothingWhileItMovesUnderAFlood() {
        IrqDescriptor line = requested(0);
        try (m) {
            m.start();
            long untilNs = HostClock.nowNs() + 1_000_000_000L;
            for (int i = 0; HostClock.nowNs() < untilNs; i++) {
                fire(0);
                if (i % 50 == 0) {
                    CpuMask to = CpuMask.of(i / 50 % 2);
                    m.inInterrupt(0, cpu -> irqs.setAffinity(line, to, cpu));
                }
                if (i % 7 == 0) {
                    awaitServed();
                }
            }
            awaitServed();
            m.inInterrupt(0, cpu -> assertFalse(line.isMasked()));
            assertTrue(runs[0].get() > 10 && runs[1].get() > 10, runs[0] + " " + runs[1]);
            assertEquals(0, irqs.stray(0) + irqs.stray(1));
        }
        TestLines.assertConserved(line);
        assertEquals(runs[0].get() + runs[1].get(), line.counts().handlerRuns(), "I-39");
        assertEquals(0, device.counts().dropped());
    }

    @Test
    void leavesACpuThatGoesDownAndSendsAgainWhatWasLatchedThere() {
        IrqDescriptor line = requested(1);
        try (m) {
            m.start();
            m.inInterrupt(
                    1,
                    cpu -> {
                        fire(0);
                        assertEquals(1, device.counts().of(FireOutcome.LATCHED));
                        irqs.cpuGoesDown(cpu);
                    });
            Threads.await("on the other CPU", () -> runs[0].get() == 1);
            assertEquals(CpuMask.of(0), line.effectiveAffinity());
            assertEquals(1, irqs.core().errors(IrqError.AFFINITY_BROKEN), "its mask was CPU 1");
            fire(0);
            Threads.await("again", () -> runs[0].get() == 2);
            m.inInterrupt(1, cpu -> assertEquals(0, runs[1].get()));
            assertEquals(0, irqs.stray(1), "the one that was sent again was expected");
            m.inInterrupt(1, irqs::cpuComesUp);
            assertEquals(0, irqs.vectors().allocated(1));
        }
    }

    @Test
    void losesNothingWhileACpuGoesAndComesUnderAFlood() {
        IrqDescriptor line = requested(1);
        try (m) {
            m.start();
            for (int round = 0; round < 40; round++) {
                for (int i = 0; i < 200; i++) {
                    fire(0);
                }
                m.inInterrupt(
                        1,
                        cpu -> {
                            fire(0);
                            irqs.cpuGoesDown(cpu);
                        });
                awaitServed();
                m.inInterrupt(1, irqs::cpuComesUp);
                m.inInterrupt(0, cpu -> irqs.setAffinity(line, CpuMask.of(1), cpu));
                fire(0);
                awaitServed();
                fire(0);
                awaitServed();
                awaitSettled(1);
            }
            irqs.checkVectors();
            assertEquals(0, irqs.stray(0) + irqs.stray(1));
        }
        TestLines.assertConserved(line);
    }

    @Test
    void shutsAManagedLineDownWithItsLastCpuAndStartsItWithTheFirst() {
        IrqDescriptor line = managed(CpuMask.of(1));
        try (m) {
            m.start();
            fire(1);
            Threads.await("first", () -> runs[1].get() == 1);
            m.inInterrupt(1, irqs::cpuGoesDown);
            assertTrue(!line.isStarted() && !line.isActivated() && line.isMasked());
            assertEquals(1, line.depth());
            assertEquals(CpuMask.of(1), line.affinity(), "its mask is left alone");
            fire(1);
            m.inInterrupt(1, irqs::cpuComesUp);
            Threads.await("second", () -> runs[1].get() == 2);
            assertEquals(0, line.depth());
            assertEquals(0, runs[0].get());
        }
    }

    @Test
    void keepsTheDriversDisableOverAManagedShutdown() {
        IrqDescriptor line = managed(CpuMask.of(1));
        try (m) {
            m.start();
            m.inInterrupt(0, line::disableNoSync);
            m.inInterrupt(1, irqs::cpuGoesDown);
            assertFalse(line.isActivated() || line.isStarted());
            assertTrue(line.depth() >= 1);
            m.inInterrupt(1, irqs::cpuComesUp);
            assertFalse(line.isActivated() || line.isStarted());
            assertEquals(1, line.depth());
            m.inInterrupt(0, line::enable);
            assertTrue(line.isActivated() && line.isStarted());
            assertEquals(0, line.depth());
        }
    }

    @Test
    void givesEverythingBackWhenItIsUnmapped() {
        IrqDescriptor line = managed(CpuMask.first(2));
        var domain = irqs.domain(device.msix());
        assertEquals(line, domain.find(1));
        assertEquals("VECTOR", domain.parent().name());
        IrqRequests.free(line, null, m.cpu(0));
        domain.unmap(1, m.cpu(0));
        assertEquals(null, domain.find(1));
        assertEquals(0, irqs.vectors().managed(0) + irqs.vectors().allocated(0));
        assertEquals(0, irqs.vectors().globalReserved());
        IrqDescriptor any = domain.map(47, 1, m.cpu(0)).line();
        assertEquals(1, irqs.vectors().globalReserved());
        assertFalse(domain.handle(0, m.cpu(0)));
        assertEquals(any, domain.map(48, 1, m.cpu(0)).line(), "it has a line already");
        domain.unmap(1, m.cpu(0));
        assertEquals(0, irqs.vectors().globalReserved());
    }
}
