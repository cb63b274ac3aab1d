package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.pci.IntxLine;
import org.irqlab.hw.pci.MsixBar;
import org.irqlab.hw.pci.MsixCapability;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.hw.pci.PciBar;
import org.irqlab.hw.pci.PciConfigSpace;
import org.irqlab.hw.pci.PciHeader;
import org.irqlab.hw.pci.PciInterrupts;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.line.TestLines;
import org.irqlab.kernel.irq.platform.WiredMachine.Platform;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A PCI function whose pin is wired to an input: what its driver gets while messages are off. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PciWiredTest {
    private static final PciHeader HEADER =
            new PciHeader(0x1af4, 0x1041, 0x02_0000, 1, PciHeader.Pin.INTA);
    private static final int MSIX_BAR = 1;
    private static final int CONTROL = 2;

    /** A function with one interrupt, by MSI-X or by pin, and its driver. */
    private static final class Function {
        final IntxLine intx;
        final PciConfigSpace config;
        final PciInterrupts interrupts;
        private final AtomicInteger served = new AtomicInteger();

        Function(WiredRig rig) {
            var pull = rig.wire.connect();
            intx = new IntxLine(pull::set);
            var msix = new MsixTable(1, rig.w.m.machine().controller());
            config =
                    new PciConfigSpace(
                            HEADER,
                            intx,
                            List.of(new PciBar(MSIX_BAR, new MsixBar(msix, (e, c, o, v) -> {}))),
                            List.of(new MsixCapability(msix, MSIX_BAR)),
                            (e, c, o, v) -> {});
            config.write(0, PciConfigSpace.COMMAND, 2, PciConfigSpace.COMMAND_BUS_MASTER);
            interrupts = new PciInterrupts(msix, null, intx);
            rig.share(this, this::serve);
        }

        void enableMsix(boolean on) {
            int at = config.offset(MsixCapability.ID) + CONTROL;
            config.write(0, at, Short.BYTES, on ? MsixTable.CONTROL_ENABLE : 0);
        }

        /** Looks at the interrupt status bit, as who shares a pin must. */
        private IrqReturn serve(KernelCpu cpu) {
            long status = config.read(cpu.id(), PciConfigSpace.STATUS, Short.BYTES);
            if ((status & PciConfigSpace.STATUS_INTERRUPT) == 0) {
                return IrqReturn.NONE;
            }
            served.incrementAndGet();
            intx.lower();
            return IrqReturn.HANDLED;
        }

        void awaitServed(int count) {
            Threads.await(count + " served", () -> served.get() == count);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fallsBackToThePinWhileMsixIsOff(Platform platform) {
        var rig = WiredRig.level(platform, 1);
        var function = new Function(rig);
        try (rig) {
            rig.start();
            assertEquals(FireOutcome.LATCHED, function.interrupts.fire(0));
            function.awaitServed(1);
            function.enableMsix(true);
            assertEquals(FireOutcome.PENDED_MASKED, function.interrupts.fire(0), "by MSI-X");
            assertFalse(rig.wire.active());
            function.enableMsix(false);
            assertEquals(FireOutcome.LATCHED, function.interrupts.fire(0));
            function.awaitServed(2);
            rig.inInterrupt(0, cpu -> {});
        }
        assertEquals(2, rig.line.counts().ran());
        assertFalse(rig.wire.active());
        TestLines.assertConserved(rig.line);
    }

    @ParameterizedTest
    @EnumSource
    void sharesThePinOfTwoFunctions(Platform platform) {
        var rig = WiredRig.level(platform, 1);
        var first = new Function(rig);
        var second = new Function(rig);
        try (rig) {
            rig.start();
            second.interrupts.fire(0);
            second.awaitServed(1);
            rig.inInterrupt(
                    0,
                    cpu -> {
                        first.interrupts.fire(0);
                        second.interrupts.fire(0);
                    });
            first.awaitServed(1);
            second.awaitServed(2);
            rig.inInterrupt(0, cpu -> assertFalse(rig.wire.active()));
        }
        assertEquals(2, rig.line.counts().ran(), "both were served by one interrupt");
        assertEquals(0, rig.line.counts().unhandled());
    }

    @ParameterizedTest
    @EnumSource
    void isQuietWhileTheDriverDisablesThePin(Platform platform) {
        var rig = WiredRig.level(platform, 1);
        var function = new Function(rig);
        try (rig) {
            rig.start();
            int on = PciConfigSpace.COMMAND_BUS_MASTER;
            int off = on | PciConfigSpace.COMMAND_INTERRUPT_DISABLE;
            function.config.write(0, PciConfigSpace.COMMAND, Short.BYTES, off);
            assertEquals(FireOutcome.PENDED_MASKED, function.interrupts.fire(0));
            rig.inInterrupt(0, cpu -> {});
            assertTrue(function.served.get() == 0 && function.intx.status());
            function.config.write(0, PciConfigSpace.COMMAND, Short.BYTES, on);
            function.awaitServed(1);
        }
    }
}
