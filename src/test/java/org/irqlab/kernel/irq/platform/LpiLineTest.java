package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.gicv3.GicMachine;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.FlowHandler;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.LineSwitch;
import org.irqlab.kernel.irq.line.TestLines;
import org.irqlab.support.TestDevice;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Lines of an arm64 machine, against its real interrupt controller. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LpiLineTest {
    private static final int FIRST_LPI = 8192;
    private static final int STRAY_SGI = 12;

    private final TestMachine m = TestMachine.arm64(2);
    private final IrqTable irqs = m.machine().irqs();
    private final GicMachine gic = (GicMachine) m.machine().controller();
    private final TestDevice device = new TestDevice(m.machine(), 3);
    private final AtomicInteger[] runs = {new AtomicInteger(), new AtomicInteger()};
    private final AtomicLong fired = new AtomicLong();
    private final AtomicLong seen = new AtomicLong();

    private IrqRequest counting() {
        return IrqRequest.of(
                "nic0",
                cpu -> {
                    runs[cpu.id()].incrementAndGet();
                    // Last: whoever sees it sees the run counted.
                    seen.set(fired.get());
                    return IrqReturn.HANDLED;
                });
    }

    private IrqDescriptor requested(int cpu) {
        IrqDescriptor line = device.line(45, 0, cpu);
        TestLines.request(line, counting(), m.cpu(0));
        return line;
    }

    private FireOutcome fire(int entry) {
        fired.incrementAndGet();
        return device.fire(entry);
    }

    private void awaitServed() {
        Threads.await("served", () -> seen.get() == fired.get());
    }

    /** Whatever a CPU has acknowledged it has ended: LPIs, IPIs and the timer. Stopped machine. */
    private void assertAllEnded() {
        for (int cpu = 0; cpu < 2; cpu++) {
            var counts = gic.port(cpu).counts();
            assertEquals(counts.acknowledged(), counts.ended(), "cpu " + cpu);
            assertEquals(0, counts.ignoredEnds() + counts.disorderedEnds());
            assertFalse(gic.port(cpu).inService());
        }
    }

    @Test
    void handlesAnLpiOnItsCpuAndEndsIt() {
        IrqDescriptor line = requested(1);
        assertSame(FlowHandler.FAST_EOI, line.flow());
        assertEquals("ITS-PCI-MSIX", line.chip().name());
        assertEquals("GICv3", irqs.domain(device.msix()).parent().name());
        assertEquals(FIRST_LPI, line.binding().parent().hwirq());
        assertEquals(CpuMask.of(1), line.effectiveAffinity());
        try (m) {
            m.start();
            for (int n = 1; n <= 1_000; n++) {
                assertSame(FireOutcome.LATCHED, fire(0));
                awaitServed();
                assertEquals(n, runs[1].get());
            }
        }
        assertEquals(0, runs[0].get());
        assertEquals(0, irqs.stray(0) + irqs.stray(1));
        TestLines.assertConserved(line);
        irqs.checkVectors();
        assertAllEnded();
    }

    @Test
    void movesAtOnceWithoutMaskingOrNewMessage() {
        IrqDescriptor line = requested(0);
        var message = device.msix().message(0);
        try (m) {
            m.start();
            m.inInterrupt(0, cpu -> irqs.setAffinity(line, CpuMask.of(1), cpu));
            assertEquals(CpuMask.of(1), line.effectiveAffinity(), "without an interrupt");
            assertEquals(message, device.msix().message(0));
            fire(0);
            awaitServed();
            assertEquals(1, runs[1].get());
        }
        assertEquals(0, device.msix().unmaskedWrites());
        irqs.checkVectors();
        assertAllEnded();
    }

    @Test
    void takesAPendingInterruptAlong() {
        IrqDescriptor line = requested(0);
        try (m) {
            m.start();
            m.inInterrupt(
                    0,
                    cpu -> {
                        assertSame(FireOutcome.LATCHED, fire(0));
                        irqs.setAffinity(line, CpuMask.of(1), cpu);
                    });
            awaitServed();
            assertEquals(1, runs[1].get());
            assertEquals(0, runs[0].get());
        }
        assertAllEnded();
    }

    @Test
    void sendsAgainWhatComesOnTheNewCpuWhileTheOldOneHandles() {
        IrqDescriptor line = device.line(45, 0, 0);
        var entered = new CountDownLatch(1);
        var release = new AtomicBoolean();
        TestLines.request(
                line,
                IrqRequest.of(
                        "nic0",
                        cpu -> {
                            runs[cpu.id()].incrementAndGet();
                            entered.countDown();
                            while (!release.get()) {
                                Thread.onSpinWait();
                            }
                            return IrqReturn.HANDLED;
                        }),
                m.cpu(0));
        try (m) {
            m.start();
            fire(0);
            Threads.await("in the handler", () -> entered.getCount() == 0);
            m.inInterrupt(1, cpu -> irqs.setAffinity(line, CpuMask.of(1), cpu));
            fire(0);
            Threads.await("remembered", () -> line.counts().remembered() == 1);
            assertEquals(0, runs[1].get(), "handlers of one line do not overlap");
            release.set(true);
            Threads.await("sent again", () -> runs[1].get() == 1);
        }
        assertEquals(1, line.counts().resent());
        assertEquals(1, gic.its().interrupts().fired());
        TestLines.assertConserved(line);
        assertAllEnded();
    }

    @Test
    void masksInTheTableAndInTheConfigurationAndDeliversWhatCameMeanwhile() {
        IrqDescriptor line = requested(0);
        try (m) {
            m.start();
            m.inInterrupt(0, line::disableNoSync);
            assertSame(FireOutcome.LATCHED, fire(0), "disabled lazily");
            Threads.await("masked", line::isMasked);
            m.inInterrupt(0, cpu -> assertTrue(line.isPending()));
            var lpis = gic.gic().redistributor(0);
            assertSame(FireOutcome.PENDED_MASKED, lpis.trigger(FIRST_LPI), "configured so");
            assertSame(FireOutcome.PENDED_MASKED, fire(0));
            m.inInterrupt(1, cpu -> irqs.setAffinity(line, CpuMask.of(1), cpu));
            m.inInterrupt(1, line::enable);
            Threads.await("delivered", () -> runs[1].get() > 0 && seen.get() == fired.get());
            assertEquals(0, runs[0].get());
        }
        TestLines.assertConserved(line);
        assertAllEnded();
    }

    @Test
    void spreadsLinesOverTheCpusOfTheirMasks() {
        var domain = irqs.domain(device.msix());
        for (int entry = 0; entry < 3; entry++) {
            IrqDescriptor line = domain.map(50 + entry, entry, m.cpu(0)).line();
            assertEquals(IrqResult.OK, LineSwitch.activate(line, m.cpu(0)));
        }
        assertEquals(CpuMask.of(0), domain.find(0).effectiveAffinity());
        assertEquals(CpuMask.of(1), domain.find(1).effectiveAffinity());
        assertEquals(CpuMask.of(0), domain.find(2).effectiveAffinity());
        irqs.checkVectors();
        for (int entry = 0; entry < 3; entry++) {
            domain.unmap(entry, m.cpu(0));
            assertNull(domain.find(entry));
        }
        irqs.checkVectors();
        assertThrows(IllegalStateException.class, irqs::vectors);
    }

    @Test
    void losesNothingWhileCpusGoAndComeUnderFire() {
        IrqDescriptor line = requested(1);
        try (m) {
            m.start();
            for (int n = 0; n < 100; n++) {
                int goes = 1 - n % 2;
                m.inInterrupt(
                        goes,
                        cpu -> {
                            fire(0);
                            irqs.cpuGoesDown(cpu);
                        });
                awaitServed();
                assertEquals(CpuMask.of(1 - goes), line.effectiveAffinity());
                m.inInterrupt(goes, irqs::cpuComesUp);
                m.inInterrupt(goes, cpu -> irqs.setAffinity(line, CpuMask.first(2), cpu));
                fire(0);
                awaitServed();
            }
        }
        assertEquals(0, irqs.stray(0) + irqs.stray(1));
        TestLines.assertConserved(line);
        irqs.checkVectors();
        assertAllEnded();
    }

    @Test
    void losesNothingWhileItMovesUnderFire() throws InterruptedException {
        IrqDescriptor line = requested(0);
        int fires = 20_000;
        try (m) {
            m.start();
            var nic =
                    new Thread(() -> {
                        for (int n = 0; n < fires; n++) {
                            fire(0);
                        }
                    });
            nic.start();
            for (int n = 0; nic.isAlive(); n++) {
                var target = CpuMask.of(n % 2);
                m.inInterrupt(0, cpu -> irqs.setAffinity(line, target, cpu));
            }
            nic.join();
            awaitServed();
            Threads.await("quiet", () -> handled(line) == latched());
        }
        assertEquals(latched(), handled(line));
        assertEquals(0, device.counts().dropped());
        TestLines.assertConserved(line);
        assertAllEnded();
    }

    /** Requests that came into being: by messages, by what was sent again, and by moves. */
    private long latched() {
        return latched(device.counts())
                + latched(gic.its().interrupts())
                + latched(gic.its().moves());
    }

    private static long latched(FireCounts counts) {
        return counts.of(FireOutcome.LATCHED) + counts.of(FireOutcome.PENDED_MASKED);
    }

    /** Requests that ended: in the flow, or by being moved. */
    private long handled(IrqDescriptor line) {
        return line.counts().entries() + gic.its().moves().fired();
    }

    @Test
    void endsWhatBelongsToNobody() {
        try (m) {
            m.start();
            m.machine().controller().sendIpi(0, STRAY_SGI);
            gic.gic().redistributor(0).trigger(FIRST_LPI + 7);
            Threads.await("counted", () -> irqs.stray(0) >= 1);
            m.inInterrupt(
                    0, cpu -> assertEquals(1, irqs.stray(0), "an LPI that is disabled waits"));
        }
        assertAllEnded();
    }

    @Test
    void endsSystemInterruptsAfterTheirHandlers() {
        var inService = new AtomicInteger();
        int timer = gic.vectors().localTimer();
        irqs.setSystemHandler(
                timer,
                cpu -> inService.accumulateAndGet(cpu.hw().port().inService() ? 1 : 2, Math::max),
                Tracepoint.LOCAL_TIMER_ENTRY,
                Tracepoint.LOCAL_TIMER_EXIT);
        try (m) {
            m.start();
            m.inInterrupt(1, cpu -> cpu.hw().port().timerExpired());
            Threads.await("timer", () -> inService.get() != 0);
        }
        assertEquals(1, inService.get());
        assertAllEnded();
    }
}
