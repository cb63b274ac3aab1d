package org.irqlab.hw.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

@Timeout(10)
class MsixBarTest {
    private static final MsiMessage MESSAGE = new MsiMessage(0x1_fee0_1000L, 0x41);
    private static final int PENDING = 2048;
    private final TestFunction function = new TestFunction(70, 1);

    @ParameterizedTest
    @CsvSource({"1, 2048, 4096", "128, 2048, 4096", "129, 2064, 4096", "2048, 32768, 65536"})
    void isAPowerOfTwoWithThePendingBitsBehindTheTable(int vectors, int pending, long size) {
        var bar = new TestFunction(vectors, 1).bar;
        assertEquals(size, bar.size());
        assertEquals(pending, MsixBar.pendingOffset(new TestFunction(vectors, 1).msix));
    }

    @Test
    void takesTheWordsOfAnEntryInTwoAccesses() {
        function.bar.write(0, 16, 8, MESSAGE.address() | 3);
        function.bar.write(0, 24, 8, MESSAGE.data());
        assertEquals(MESSAGE, function.msix.message(1));
        assertEquals(false, function.msix.masked(1));
        assertEquals(MESSAGE.address(), function.bar.read(0, 16, 8));
        function.bar.write(0, 24, 8, 1L << 32 | 0x52);
        assertEquals(1L << 32 | 0x52, function.bar.read(0, 24, 8));
        assertEquals(0, function.msix.unmaskedWrites(), "disabled, so nothing could be torn");
    }

    @Test
    void masksBeforeAndUnmasksAfterTheDataChange() {
        function.busMaster();
        function.enableMsixAsLinuxDoes(MESSAGE);
        function.msix.fire(0);
        function.bar.write(0, 8, 8, 0x52);
        assertEquals(List.of(new MsiMessage(MESSAGE.address(), 0x52)), function.sent);
        function.bar.write(0, 8, 8, 1L << 32 | 0x63);
        assertEquals(0, function.msix.unmaskedWrites());
        function.bar.write(0, 8, 8, 0x63);
        function.bar.write(0, 8, 8, 0x74);
        assertEquals(1, function.msix.unmaskedWrites());
    }

    @Test
    void showsPendingBitsIn64BitWordsThatNobodyCanWrite() {
        function.busMaster();
        function.enableMsixAsLinuxDoes(MESSAGE);
        assertEquals(FireOutcome.PENDED_MASKED, function.msix.fire(1));
        function.msix.fire(63);
        function.msix.fire(64);
        function.msix.fire(69);
        assertEquals(1L << 63 | 2, function.bar.read(0, PENDING, 8));
        assertEquals(1 << 5 | 1, function.bar.read(0, PENDING + 8, 8));
        assertEquals(0x8000_0000L, function.bar.read(0, PENDING + 4, 4));
        function.bar.write(0, PENDING, 8, 0);
        function.bar.write(0, PENDING, 4, -1);
        assertEquals(1L << 63 | 2, function.bar.read(0, PENDING, 8));
        assertEquals(2, function.errors.of(GuestError.READ_ONLY_REGISTER));
    }

    @Test
    void ignoresAndReportsAccessesThatPciDoesNotDefine() {
        function.program(0, MESSAGE);
        for (int bytes : new int[] {1, 2}) {
            function.bar.write(0, 8, bytes, 0);
            assertEquals(0, function.bar.read(0, 8, bytes));
        }
        function.bar.write(0, 4, 8, 0);
        function.bar.write(0, 2, 4, 0);
        assertEquals(MESSAGE, function.msix.message(0));
        assertEquals(6, function.errors.of(GuestError.BAD_ACCESS_SIZE));
        assertEquals(0, function.bar.read(0, 70 * 16, 4));
        function.bar.write(0, PENDING + 16, 4, 0);
        assertEquals(2, function.errors.of(GuestError.RESERVED_REGISTER));
        function.entry(0, MsixRegisters.VECTOR_CONTROL, 0x10);
        assertEquals(1, function.errors.of(GuestError.RESERVED_VALUE));
        assertEquals(0, function.entry(0, MsixRegisters.VECTOR_CONTROL));
    }
}
