package org.irqlab.hw.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.FireOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

@Timeout(10)
class MsixTableTest {
    private static final MsiMessage MESSAGE = new MsiMessage(0xfee0_1000L, 0x41);
    private static final MsiMessage OTHER = new MsiMessage(0x1_fee0_2000L, 0x52);
    private final List<MsiMessage> sent = new ArrayList<>();
    private FireOutcome answer = FireOutcome.LATCHED;
    private final MsixTable table =
            new MsixTable(
                    3,
                    (address, data) -> {
                        sent.add(new MsiMessage(address, data));
                        return answer;
                    });

    /** The order in which Linux sets MSI-X up. */
    private void enableAsLinuxDoes() {
        table.writeControl(MsixTable.CONTROL_ENABLE | MsixTable.CONTROL_FUNCTION_MASK);
        for (int vector = 0; vector < table.vectors(); vector++) {
            table.mask(vector);
            table.program(vector, MESSAGE);
        }
        table.writeControl(MsixTable.CONTROL_ENABLE);
    }

    @Test
    void dropsFiresUntilEnabled() {
        table.program(0, MESSAGE);
        table.unmask(0);
        assertEquals(FireOutcome.DROPPED_DISABLED, table.fire(0));
        assertFalse(table.pending(0));
        table.writeControl(MsixTable.CONTROL_ENABLE);
        assertEquals(List.of(), sent);
        assertEquals(FireOutcome.LATCHED, table.fire(0));
        assertEquals(List.of(MESSAGE), sent);
    }

    @Test
    void startsWithEveryVectorMasked() {
        enableAsLinuxDoes();
        assertEquals(FireOutcome.PENDED_MASKED, table.fire(2));
        assertTrue(table.pending(2));
        assertEquals(4, table.pendingWord(0));
        assertEquals(1, table.pendingCount());
    }

    @Test
    void returnsWhatTheControllerMadeOfTheMessage() {
        enableAsLinuxDoes();
        table.unmask(1);
        answer = FireOutcome.COALESCED;
        assertEquals(FireOutcome.COALESCED, table.fire(1));
        answer = FireOutcome.DROPPED_NO_TARGET;
        assertEquals(FireOutcome.DROPPED_NO_TARGET, table.fire(1));
    }

    @Test
    void sendsOneMessageForAllFiresWhileMasked() {
        enableAsLinuxDoes();
        assertEquals(FireOutcome.PENDED_MASKED, table.fire(0));
        assertEquals(FireOutcome.COALESCED_MASKED, table.fire(0));
        assertEquals(FireOutcome.COALESCED_MASKED, table.fire(0));
        answer = FireOutcome.COALESCED;
        table.unmask(0);
        assertEquals(List.of(MESSAGE), sent);
        assertFalse(table.pending(0));
        assertEquals(1, table.released(FireOutcome.COALESCED));
        assertEquals(0, table.released(FireOutcome.LATCHED));
        table.unmask(0);
        assertEquals(List.of(MESSAGE), sent, "nothing is pending any more");
    }

    @Test
    void opensAVectorOnlyWhenNeitherMaskHoldsIt() {
        enableAsLinuxDoes();
        table.fire(0);
        table.writeControl(MsixTable.CONTROL_ENABLE | MsixTable.CONTROL_FUNCTION_MASK);
        table.unmask(0);
        assertEquals(List.of(), sent);
        assertEquals(FireOutcome.COALESCED_MASKED, table.fire(0));
        table.writeControl(MsixTable.CONTROL_ENABLE);
        assertEquals(List.of(MESSAGE), sent);
    }

    @Test
    void sendsTheMessageThatIsInTheTableWhenTheVectorOpens() {
        enableAsLinuxDoes();
        table.fire(0);
        table.program(0, OTHER);
        table.unmask(0);
        assertEquals(List.of(OTHER), sent);
        assertEquals(0, table.unmaskedWrites());
    }

    @Test
    void keepsPendingBitsWhileDisabled() {
        enableAsLinuxDoes();
        table.fire(0);
        table.writeControl(0);
        table.unmask(0);
        assertEquals(FireOutcome.DROPPED_DISABLED, table.fire(0));
        table.writeControl(MsixTable.CONTROL_ENABLE);
        assertEquals(List.of(MESSAGE), sent);
    }

    @Test
    void sendsAMixWhenAnOpenEntryIsWrittenWordByWord() {
        enableAsLinuxDoes();
        table.unmask(0);
        var registers = new MsixRegisters(table);
        registers.writeTable(MsixRegisters.ADDRESS_LOW, (int) OTHER.address());
        table.fire(0);
        registers.writeTable(MsixRegisters.ADDRESS_HIGH, 1);
        registers.writeTable(MsixRegisters.DATA, OTHER.data());
        table.fire(0);
        assertEquals(List.of(new MsiMessage(0xfee0_2000L, MESSAGE.data()), OTHER), sent);
        assertEquals(3, table.unmaskedWrites(), "the driver ought to have masked first");
    }

    @Test
    void ignoresAccessesOutsideTheRegisters() {
        var registers = new MsixRegisters(table);
        registers.writeTable(3 * MsixRegisters.ENTRY_BYTES, 4);
        registers.writeTable(MsixRegisters.DATA + 1, 4);
        assertEquals(0, registers.readTable(3 * MsixRegisters.ENTRY_BYTES));
        assertEquals(0, registers.readTable(MsixRegisters.DATA));
        assertEquals(0, registers.readPending(8));
    }

    @Test
    void refusesSizesThatTheCapabilityCannotExpress() {
        assertThrows(IllegalArgumentException.class, () -> new MsixTable(0, (a, d) -> answer));
        assertThrows(IllegalArgumentException.class, () -> new MsixTable(2049, (a, d) -> answer));
        assertEquals(0x7ff, new MsixTable(2048, (a, d) -> answer).control());
        assertThrows(IllegalArgumentException.class, () -> new MsiMessage(2, 0));
    }
}
