package org.irqlab.hw.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

@Timeout(10)
class MsiCapabilityTest {
    private static final MsiMessage MESSAGE = new MsiMessage(0xfee0_1000L, 0x41);
    private static final int MASK = 16;
    private static final int PENDING = 20;

    private static MsiMessage data(int data) {
        return new MsiMessage(MESSAGE.address(), data);
    }

    private static TestFunction enabled(int capable, int log) {
        var function = new TestFunction(1, capable);
        function.busMaster();
        function.enableMsi(MESSAGE, log);
        return function;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void carriesTheIndexInTheLowBitsOfTheData(int log) {
        var function = enabled(32, log);
        int allocated = 1 << log;
        assertEquals(allocated, function.msi.allocated());
        for (int index = 0; index < allocated; index++) {
            assertEquals(FireOutcome.LATCHED, function.msi.fire(index));
            int data = 0x41 / allocated * allocated + index;
            assertEquals(data(data), function.sent.removeFirst());
        }
    }

    @Test
    void wrapsWhereTheDriverAllocatedFewerThanCapable() {
        var function = enabled(8, 1);
        function.msi.fire(5);
        function.msi.fire(6);
        assertEquals(List.of(data(0x41), data(0x40)), function.sent);
    }

    @Test
    void takesAnAllocationOfMoreThanCapableAsCapable() {
        var function = enabled(4, 5);
        assertEquals(4, function.msi.allocated());
        assertEquals(0x0020, function.read(function.msiAt() + 2, 2) & 0x0070);
        assertEquals(1, function.errors.of(GuestError.RESERVED_VALUE));
        function.msi.fire(3);
        assertEquals(List.of(data(0x43)), function.sent);
    }

    @Test
    void dropsFiresWhileDisabled() {
        var function = new TestFunction(1, 2);
        function.busMaster();
        assertEquals(FireOutcome.DROPPED_DISABLED, function.msi.fire(0));
        function.enableMsi(MESSAGE, 0);
        assertEquals(List.of(), function.sent, "a fire that was dropped is not remembered");
    }

    @Test
    void sendsOneMessageForAllFiresWhileItsVectorWasMasked() {
        var function = enabled(4, 2);
        function.write(function.msiAt() + MASK, 4, 0b0101);
        assertEquals(FireOutcome.PENDED_MASKED, function.msi.fire(2));
        assertEquals(FireOutcome.COALESCED_MASKED, function.msi.fire(2));
        assertEquals(FireOutcome.LATCHED, function.msi.fire(1));
        assertEquals(0b0100, function.read(function.msiAt() + PENDING, 4));
        assertEquals(List.of(data(0x41)), function.sent, "only vector 1");
        function.write(function.msiAt() + MASK, 1, 0b0001);
        assertEquals(List.of(data(0x41), data(0x42)), function.sent);
        assertEquals(0, function.read(function.msiAt() + PENDING, 4));
        function.write(function.msiAt() + MASK, 1, 0);
        assertEquals(2, function.sent.size(), "nothing is pending any more");
        assertEquals(1, function.msi.released());
        assertEquals(1, function.msi.released(FireOutcome.LATCHED));
    }

    @Test
    void hasNoMaskBitsForVectorsThatItIsNotCapableOf() {
        var function = enabled(4, 2);
        function.write(function.msiAt() + MASK, 4, -1);
        assertEquals(0b1111, function.read(function.msiAt() + MASK, 4));
        function.write(function.msiAt() + PENDING, 4, -1);
        assertEquals(0, function.read(function.msiAt() + PENDING, 4), "read-only");
    }

    @Test
    void cannotBeMaskedWithoutMaskBits() {
        var function =
                new TestFunction(1, 2, MsiCapability.Address.BITS_32, MsiCapability.Masking.NONE);
        function.busMaster();
        function.enableMsi(MESSAGE, 1);
        assertEquals(0x0003, function.read(function.msiAt() + 2, 2) & 0x018f);
        assertEquals(3, function.msi.words());
        function.msi.mask(0);
        assertEquals(FireOutcome.LATCHED, function.msi.fire(0));
        function.write(function.msiAt() + 8, 4, 0x5_0050);
        assertEquals(0x50, function.read(function.msiAt() + 8, 4), "data has 16 bits");
    }

    @Test
    void has64BitAddressesIfItSaysSo() {
        var function = enabled(2, 0);
        assertEquals(MsiCapability.CONTROL_64BIT, function.read(function.msiAt() + 2, 2) & 0x80);
        function.write(function.msiAt() + 8, 4, 3);
        function.write(function.msiAt() + 4, 4, 0x1007);
        assertEquals(0x1004, function.read(function.msiAt() + 4, 4));
        function.msi.fire(0);
        assertEquals(List.of(new MsiMessage(0x3_0000_1004L, 0x41)), function.sent);
    }

    @Test
    void sendsAMixWhenItIsMovedWhileOpenAndNoneWhenMasked() {
        var function = enabled(1, 0);
        function.write(function.msiAt() + 4, 4, 0xfee0_2000);
        function.msi.fire(0);
        function.write(function.msiAt() + 12, 2, 0x52);
        assertEquals(List.of(new MsiMessage(0xfee0_2000L, 0x41)), function.sent);
        assertEquals(2, function.msi.openWrites());
        function.msi.mask(0);
        function.write(function.msiAt() + 4, 4, 0xfee0_3000);
        function.msi.fire(0);
        function.write(function.msiAt() + 12, 2, 0x63);
        function.msi.unmask(0);
        assertEquals(new MsiMessage(0xfee0_3000L, 0x63), function.sent.getLast());
        assertEquals(2, function.sent.size());
        assertEquals(2, function.msi.openWrites());
    }

    @Test
    void keepsWhatIsPendingOnVectorsThatAreNotAllocatedAnyMore() {
        var function = enabled(4, 2);
        function.msi.mask(3);
        function.msi.fire(3);
        function.write(function.msiAt() + 2, 2, 1);
        function.msi.unmask(3);
        assertEquals(List.of(), function.sent);
        assertEquals(0b1000, function.msi.pendingBits());
        function.write(function.msiAt() + 2, 2, 0x21);
        assertEquals(List.of(data(0x43)), function.sent);
    }

    @Test
    void refusesSizesThatTheCapabilityCannotExpress() {
        for (int capable : new int[] {0, 3, 33, 64, -1}) {
            assertThrows(IllegalArgumentException.class, () -> new TestFunction(1, capable));
        }
        assertTrue(enabled(32, 0).msi.enabled());
        assertFalse(new TestFunction(1, 32).msi.enabled());
        assertEquals(32, new TestFunction(1, 32).msi.capable());
    }
}
