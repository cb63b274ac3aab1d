package org.irqlab.kernel.irq.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.IrqSettings;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A line that nobody claims: shut off, polled, and given another chance. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SpuriousLineTest {
    private final TestMachine m = new TestMachine(MachineSpec.unpinned(1).withWorkersPerPool(1));
    private final KernelCpu cpu = m.cpu(0);
    private final IrqCore core = m.machine().irqs().core();
    private final IrqDescriptor line = wired(9);
    private final AtomicInteger runs = new AtomicInteger();

    private IrqDescriptor wired(int irq) {
        var hw = new LineHardware(true, false, Set.of());
        return timeless(TestLines.wired(m, irq, hw, FlowHandler.LEVEL));
    }

    /**
     * The line's interrupts follow each other at once, however long the host lets the test wait.
     */
    private static IrqDescriptor timeless(IrqDescriptor line) {
        line.spurious = new SpuriousDetector(() -> 0);
        return line;
    }

    private IrqRequest counting(String name, IrqReturn result) {
        IrqHandler handler =
                on -> {
                    runs.incrementAndGet();
                    return result;
                };
        return IrqRequest.of(name, handler).withFlags(IrqFlag.SHARED).withDevice(name);
    }

    /** A storm of interrupts. */
    private void storm(int interrupts) {
        for (int i = 0; i < interrupts; i++) {
            line.handle(cpu);
        }
    }

    @Test
    void isShutOffByAStormAndNotSooner() {
        TestLines.request(line, counting("a", IrqReturn.NONE), cpu);
        storm(99_999);
        assertFalse(line.isDisabled());
        storm(1);
        assertTrue(line.isSpuriousDisabled() && line.isDisabled() && line.isMasked());
        assertEquals(1, line.depth());
        assertEquals(1, core.errors(IrqError.NOBODY_CARED));
        assertTrue(core.poller().armed());
        int before = runs.get();
        line.handle(cpu);
        assertEquals(before, runs.get());
    }

    @Test
    void isPolledWhileItIsOff() {
        TestLines.request(line, counting("a", IrqReturn.NONE), cpu);
        storm(100_000);
        core.poller().poll(cpu);
        core.poller().poll(cpu);
        assertEquals(100_002, runs.get());
        assertEquals(2, line.counts().polls());
        assertTrue(line.isSpuriousDisabled());
        TestLines.assertConserved(line);
    }

    @Test
    void getsAnotherChanceWithANewHandler() {
        TestLines.request(line, counting("a", IrqReturn.NONE), cpu);
        storm(100_000);
        TestLines.request(line, counting("b", IrqReturn.HANDLED), cpu);
        assertFalse(line.isSpuriousDisabled() || line.isDisabled() || line.isMasked());
        storm(1);
        assertEquals(100_002, runs.get());
    }

    @Test
    void isLeftAloneIfItIsNotShared() {
        IrqDescriptor alone = wired(10);
        TestLines.request(alone, IrqRequest.of("a", on -> IrqReturn.NONE), cpu);
        for (int i = 0; i < 100_000; i++) {
            alone.handle(cpu);
        }
        assertTrue(alone.isSpuriousDisabled());
        core.poller().poll(cpu);
        assertEquals(0, alone.counts().polls());
    }

    @Test
    void pollsByTheTick() {
        TestLines.request(line, counting("a", IrqReturn.NONE), cpu);
        storm(100_000);
        try (m) {
            m.start();
            m.inInterrupt(0, on -> m.machine().timer(0).armPeriodic(0, 1_000_000));
            Threads.await("two polls", () -> runs.get() >= 100_002);
        }
        TestLines.assertConserved(line);
    }

    @Test
    void looksForTheRightLineWhereItIsBootedTo() {
        var fixing =
                new TestMachine(
                        MachineSpec.unpinned(1)
                                .withIrqs(
                                        IrqSettings.linux()
                                                .withFixup(IrqSettings.Fixup.UNCLAIMED)));
        KernelCpu on = fixing.cpu(0);
        var hw = new LineHardware(true, false, Set.of());
        IrqDescriptor stuck = timeless(TestLines.wired(fixing, 9, hw, FlowHandler.LEVEL));
        IrqDescriptor real = TestLines.wired(fixing, 10, hw, FlowHandler.LEVEL);
        TestLines.request(stuck, IrqRequest.of("stuck", c -> IrqReturn.NONE), on);
        TestLines.request(real, counting("real", IrqReturn.HANDLED), on);
        for (int i = 0; i < 150_000; i++) {
            stuck.handle(on);
        }
        assertEquals(150_000, runs.get());
        assertEquals(150_000, real.counts().polls());
        assertFalse(stuck.isSpuriousDisabled(), "each was found to be the other line's");
        assertEquals(0, stuck.spurious.irqsUnhandled());
    }
}
