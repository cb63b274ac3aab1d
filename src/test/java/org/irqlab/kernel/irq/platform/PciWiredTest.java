package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.InputWire;
import org.irqlab.hw.pci.IntxLine;
import org.irqlab.hw.pci.MsixBar;
import org.irqlab.hw.pci.MsixCapability;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.hw.pci.PciBar;
import org.irqlab.hw.pci.PciConfigSpace;
import org.irqlab.hw.pci.PciHeader;
import org.irqlab.hw.pci.PciInterrupts;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.TestLines;
import org.irqlab.kernel.irq.platform.WiredMachine.Platform;
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

    private final AtomicInteger runs = new AtomicInteger();

    /** A function with one interrupt, by MSI-X or by pin. */
    private static final class Function {
        final IntxLine intx;
        final PciConfigSpace config;
        final PciInterrupts interrupts;

        Function(WiredMachine w, InputWire wire) {
            var pull = wire.connect();
            intx = new IntxLine(pull::set);
            var msix = new MsixTable(1, w.m.machine().controller());
            config =
                    new PciConfigSpace(
                            HEADER,
                            intx,
                            List.of(new PciBar(MSIX_BAR, new MsixBar(msix, (e, c, o, v) -> {}))),
                            List.of(new MsixCapability(msix, MSIX_BAR)),
                            (e, c, o, v) -> {});
            config.write(0, PciConfigSpace.COMMAND, 2, PciConfigSpace.COMMAND_BUS_MASTER);
            interrupts = new PciInterrupts(msix, null, intx);
        }

        void enableMsix(boolean on) {
            int at = config.offset(MsixCapability.ID) + CONTROL;
            config.write(0, at, Short.BYTES, on ? MsixTable.CONTROL_ENABLE : 0);
        }
    }

    /** The driver: looks at the interrupt status bit, as who shares a pin must. */
    private IrqRequest driver(Function function) {
        return IrqRequest.of(
                        "pci",
                        cpu -> {
                            long status =
                                    function.config.read(
                                            cpu.id(), PciConfigSpace.STATUS, Short.BYTES);
                            if ((status & PciConfigSpace.STATUS_INTERRUPT) == 0) {
                                return IrqReturn.NONE;
                            }
                            runs.incrementAndGet();
                            function.intx.lower();
                            return IrqReturn.HANDLED;
                        })
                .withFlags(IrqFlag.SHARED)
                .withDevice(function);
    }

    @ParameterizedTest
    @EnumSource
    void fallsBackToThePinWhileMsixIsOff(Platform platform) {
        var w = new WiredMachine(platform, 1);
        var wire = w.levelWire(5);
        var function = new Function(w, wire);
        IrqDescriptor line = w.line(5, wire);
        TestLines.request(line, driver(function), w.cpu(0));
        try (w) {
            w.start();
            assertEquals(FireOutcome.LATCHED, function.interrupts.fire(0));
            Threads.await("by pin", () -> runs.get() == 1);
            function.enableMsix(true);
            assertEquals(FireOutcome.PENDED_MASKED, function.interrupts.fire(0), "by MSI-X");
            assertFalse(wire.active());
            function.enableMsix(false);
            assertEquals(FireOutcome.LATCHED, function.interrupts.fire(0));
            Threads.await("by pin again", () -> runs.get() == 2);
            w.m.inInterrupt(0, cpu -> {});
        }
        assertEquals(2, line.counts().ran());
        assertFalse(wire.active());
        TestLines.assertConserved(line);
    }

    @ParameterizedTest
    @EnumSource
    void sharesThePinOfTwoFunctions(Platform platform) {
        var w = new WiredMachine(platform, 1);
        var wire = w.levelWire(5);
        var first = new Function(w, wire);
        var second = new Function(w, wire);
        IrqDescriptor line = w.line(5, wire);
        TestLines.request(line, driver(first), w.cpu(0));
        TestLines.request(line, driver(second), w.cpu(0));
        try (w) {
            w.start();
            second.interrupts.fire(0);
            Threads.await("second", () -> runs.get() == 1);
            w.m.inInterrupt(
                    0,
                    cpu -> {
                        first.interrupts.fire(0);
                        second.interrupts.fire(0);
                    });
            Threads.await("both", () -> runs.get() == 3);
            w.m.inInterrupt(0, cpu -> assertFalse(wire.active()));
        }
        assertEquals(2, line.counts().ran(), "both were served by one interrupt");
        assertEquals(0, line.counts().unhandled());
    }

    @ParameterizedTest
    @EnumSource
    void isQuietWhileTheDriverDisablesThePin(Platform platform) {
        var w = new WiredMachine(platform, 1);
        var wire = w.levelWire(5);
        var function = new Function(w, wire);
        IrqDescriptor line = w.line(5, wire);
        TestLines.request(line, driver(function), w.cpu(0));
        try (w) {
            w.start();
            int on = PciConfigSpace.COMMAND_BUS_MASTER;
            int off = on | PciConfigSpace.COMMAND_INTERRUPT_DISABLE;
            function.config.write(0, PciConfigSpace.COMMAND, Short.BYTES, off);
            assertEquals(FireOutcome.PENDED_MASKED, function.interrupts.fire(0));
            w.m.inInterrupt(0, cpu -> {});
            assertTrue(runs.get() == 0 && function.intx.status());
            function.config.write(0, PciConfigSpace.COMMAND, Short.BYTES, on);
            Threads.await("the pin is open", () -> runs.get() == 1);
        }
    }
}
