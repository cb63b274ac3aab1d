package org.irqlab.hw.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

/** The three ways of one device to signal, as its driver switches between them. */
@Timeout(10)
class PciInterruptsTest {
    private static final MsiMessage MESSAGE = new MsiMessage(0xfee0_1000L, 0x41);
    private static final MsiMessage OTHER = new MsiMessage(0xfee0_2000L, 0x52);
    private final TestFunction function = new TestFunction(4, 4);

    private int status() {
        return function.read(PciConfigSpace.STATUS, 2) & PciConfigSpace.STATUS_INTERRUPT;
    }

    @Test
    void usesThePinUntilMessagesAreEnabled() {
        assertEquals(FireOutcome.LATCHED, function.interrupts.fire(3));
        assertEquals(FireOutcome.COALESCED, function.interrupts.fire(1));
        assertEquals(List.of(true), function.levels);
        assertEquals(PciConfigSpace.STATUS_INTERRUPT, status());
        function.intx.lower();
        assertEquals(List.of(true, false), function.levels);
        assertEquals(0, status());
    }

    @Test
    void showsInTheStatusWhatInterruptDisableKeepsFromThePin() {
        function.write(PciConfigSpace.COMMAND, 2, PciConfigSpace.COMMAND_INTERRUPT_DISABLE);
        assertEquals(FireOutcome.PENDED_MASKED, function.interrupts.fire(0));
        assertEquals(FireOutcome.COALESCED_MASKED, function.interrupts.fire(0));
        assertEquals(List.of(), function.levels);
        assertEquals(PciConfigSpace.STATUS_INTERRUPT, status());
        function.write(PciConfigSpace.COMMAND, 2, 0);
        assertTrue(function.intx.asserted());
        function.write(PciConfigSpace.COMMAND + 1, 1, 4);
        assertEquals(List.of(true, false), function.levels);
    }

    @Test
    void silencesThePinWhileMsiOrMsixIsEnabled() {
        function.busMaster();
        function.interrupts.fire(0);
        function.enableMsi(MESSAGE, 2);
        assertEquals(List.of(true, false), function.levels);
        assertEquals(FireOutcome.LATCHED, function.interrupts.fire(1));
        assertEquals(List.of(MESSAGE), function.sent);
        function.write(function.msiAt() + 2, 2, 0);
        assertEquals(List.of(true, false, true), function.levels, "still not served");
        function.enableMsixAsLinuxDoes(OTHER);
        assertFalse(function.intx.asserted());
        assertEquals(FireOutcome.PENDED_MASKED, function.interrupts.fire(1));
    }

    @Test
    void fallsBackFromMsixToMsiAndToThePin() {
        function.busMaster();
        function.enableMsi(MESSAGE, 2);
        function.enableMsixAsLinuxDoes(OTHER);
        assertEquals(1 + 1, function.errors.of(GuestError.RESERVED_VALUE), "both enabled");
        function.entry(1, MsixRegisters.VECTOR_CONTROL, 0);
        function.interrupts.fire(1);
        function.write(function.msixControlAt(), 2, 0);
        function.interrupts.fire(1);
        function.write(function.msiAt() + 2, 2, 0);
        assertEquals(List.of(OTHER, MESSAGE), function.sent);
        assertEquals(List.of(), function.levels);
        function.interrupts.fire(1);
        assertEquals(List.of(true), function.levels);
        assertEquals(2, function.sent.size());
    }

    @Test
    void sendsNothingWithoutBusMaster() {
        function.enableMsixAsLinuxDoes(MESSAGE);
        function.interrupts.fire(0);
        function.entry(0, MsixRegisters.VECTOR_CONTROL, 0);
        function.entry(1, MsixRegisters.VECTOR_CONTROL, 0);
        assertEquals(FireOutcome.DROPPED_DISABLED, function.interrupts.fire(1));
        assertEquals(FireOutcome.DROPPED_DISABLED, function.interrupts.fire(1));
        assertEquals(FireOutcome.COALESCED_MASKED, function.interrupts.fire(0));
        assertEquals(List.of(), function.sent);
        assertEquals(2, function.msix.droppedWithoutBusMaster());
        assertEquals(List.of(), function.levels, "a message that is dropped is no INTx");
        function.busMaster();
        assertEquals(List.of(MESSAGE), function.sent, "the one that was pending");
        assertEquals(FireOutcome.LATCHED, function.interrupts.fire(1));
        assertEquals(0, function.msix.pendingCount());
    }

    @Test
    void sendsNoMsiWithoutBusMaster() {
        function.enableMsi(MESSAGE, 0);
        assertEquals(FireOutcome.DROPPED_DISABLED, function.interrupts.fire(0));
        assertEquals(1, function.msi.droppedWithoutBusMaster());
        function.busMaster();
        function.write(PciConfigSpace.COMMAND, 2, 0);
        function.interrupts.fire(0);
        assertEquals(List.of(), function.sent);
        assertEquals(2, function.msi.droppedWithoutBusMaster());
    }

    @Test
    void drivesThePinWithoutBusMaster() {
        assertEquals(FireOutcome.LATCHED, function.interrupts.fire(0));
        assertEquals(0, function.read(PciConfigSpace.COMMAND, 2));
    }

    @Test
    void signalsByPinAloneIfItHasNoCapabilities() {
        var line = new IntxLine(IntxPin.NONE);
        assertEquals(FireOutcome.LATCHED, new PciInterrupts(null, null, line).fire(5));
        assertTrue(line.status());
    }
}
