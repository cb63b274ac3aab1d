package org.irqlab.hw.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

@Timeout(10)
class PciConfigSpaceTest {
    private static final MsiMessage MESSAGE = new MsiMessage(0xfee0_1000L, 0x41);
    private final TestFunction function = new TestFunction(5, 4);

    @Test
    void holdsItsResetValues() {
        assertEquals(0x1041_1af4, function.read(0, 4));
        assertEquals(0x0010_0000, function.read(4, 4));
        assertEquals(0x0200_0007, function.read(8, 4));
        assertEquals(0, function.read(0xe, 1), "type 0, one function");
        assertEquals(0x40, function.read(0x34, 1));
        assertEquals(0x0200, function.read(0x3c, 2), "INTB, no line");
        assertEquals(4, function.read(function.msixControlAt(), 2), "five vectors, all off");
        assertEquals(0x0184, function.read(function.msiAt() + 2, 2));
        assertEquals(-1, function.config.barAddress(TestFunction.BAR));
    }

    @Test
    void linksItsCapabilities() {
        int first = function.read(PciConfigSpace.CAPABILITY_LIST, 1);
        assertEquals(MsixCapability.ID, function.read(first, 1));
        int second = function.read(first + 1, 1);
        assertEquals(MsiCapability.ID, function.read(second, 1));
        assertEquals(0, function.read(second + 1, 1), "the last one");
        assertEquals(first, function.config.offset(MsixCapability.ID));
        assertEquals(second, function.config.offset(MsiCapability.ID));
        assertEquals(0, function.config.offset(1));
        assertEquals(TestFunction.BAR, function.read(first + 4, 4), "table at 0 of its BAR");
        assertEquals(2048 | TestFunction.BAR, function.read(first + 8, 4));
    }

    @Test
    void tellsTheSizeOfABarAndAnswersWhereItIsPut() {
        int at = PciConfigSpace.BASE_ADDRESS_0 + TestFunction.BAR * 4;
        function.write(at, 4, -1);
        assertEquals(-4096, function.read(at, 4));
        function.write(at, 4, 0xfebf_1000);
        function.write(PciConfigSpace.COMMAND, 1, PciConfigSpace.COMMAND_MEMORY);
        assertEquals(0xfebf_1000L, function.config.barAddress(TestFunction.BAR));
        assertSame(function.bar, function.config.bar(TestFunction.BAR));
        function.write(PciConfigSpace.BASE_ADDRESS_0, 4, -1);
        assertEquals(0, function.read(PciConfigSpace.BASE_ADDRESS_0, 4), "there is no BAR 0");
        assertEquals(-1, function.config.barAddress(0));
        assertNull(function.config.bar(0));
    }

    @Test
    void keepsReadOnlyBits() {
        int msix = function.config.offset(MsixCapability.ID);
        for (int offset = 0; offset < 256; offset += 4) {
            if (offset != PciConfigSpace.COMMAND) {
                function.write(offset, 4, offset == msix ? 0x3fff_ffff : 0);
            }
        }
        function.write(PciConfigSpace.COMMAND, 4, -1);
        assertEquals(0x1041_1af4, function.read(0, 4));
        assertEquals(0x0010_0406, function.read(4, 4));
        assertEquals(MsixCapability.ID, function.read(msix, 1));
        assertEquals(4, function.read(function.msixControlAt(), 2));
        assertEquals(0x0184, function.read(function.msiAt() + 2, 2));
        function.write(PciConfigSpace.INTERRUPT_LINE, 2, 0xff0b);
        assertEquals(0x020b, function.read(PciConfigSpace.INTERRUPT_LINE, 2));
    }

    @Test
    void takesBytesAndWordsOfARegister() {
        function.write(function.msixControlAt() + 1, 1, 0xc0);
        assertEquals(0xc004, function.read(function.msixControlAt(), 2));
        function.write(function.msixControlAt(), 1, 0);
        assertEquals(0xc004, function.read(function.msixControlAt(), 2), "the other byte stays");
        for (int n = 0; n < 4; n++) {
            function.write(function.msiAt() + 4 + n, 1, 0x11 * (n + 1));
        }
        assertEquals(0x4433_2210, function.read(function.msiAt() + 4, 4));
        assertEquals(0x4433, function.read(function.msiAt() + 6, 2));
    }

    @Test
    void reportsAccessesOfTheWrongSize() {
        assertEquals(0, function.read(1, 2));
        assertEquals(0, function.config.read(0, 0, 8));
        function.write(PciConfigSpace.COMMAND + 1, 4, -1);
        assertEquals(0, function.read(PciConfigSpace.COMMAND, 2));
        assertEquals(3, function.errors.of(GuestError.BAD_ACCESS_SIZE));
        assertEquals(0, function.read(0x100, 4), "no extended capabilities");
        function.write(0x100, 4, -1);
        assertEquals(0, function.read(0x100, 4));
    }

    @Test
    void setsMsixUpInTheOrderOfLinux() {
        function.busMaster();
        function.write(function.msixControlAt(), 2, 0xc000);
        assertEquals(FireOutcome.PENDED_MASKED, function.interrupts.fire(2), "function mask");
        function.enableMsixAsLinuxDoes(MESSAGE);
        assertEquals(List.of(), function.sent, "each vector has its own mask still");
        function.entry(2, MsixRegisters.VECTOR_CONTROL, 0);
        assertEquals(0, function.entry(2, MsixRegisters.VECTOR_CONTROL));
        assertEquals(List.of(MESSAGE), function.sent, "replayed exactly once");
        assertEquals(FireOutcome.LATCHED, function.interrupts.fire(2));
        assertEquals(0, function.msix.unmaskedWrites());
    }

    @Test
    void refusesWhatCannotBePlaced() {
        var bar = new PciBar(TestFunction.BAR, function.bar);
        var msix = new MsixCapability(function.msix, TestFunction.BAR);
        assertThrows(IllegalArgumentException.class, () -> space(List.of(), List.of(msix)));
        assertThrows(
                IllegalArgumentException.class, () -> space(List.of(bar), List.of(msix, msix)));
        assertThrows(IllegalArgumentException.class, () -> space(List.of(bar, bar), List.of()));
        assertThrows(IllegalArgumentException.class, () -> new PciBar(6, function.bar));
        assertThrows(
                IllegalArgumentException.class,
                () -> new PciHeader(0x1_0000, 0, 0, 0, PciHeader.Pin.NONE));
    }

    private static PciConfigSpace space(List<PciBar> bars, List<PciCapability> capabilities) {
        return new PciConfigSpace(
                TestFunction.HEADER,
                new IntxLine(IntxPin.NONE),
                bars,
                capabilities,
                new GuestErrorCounts());
    }
}
