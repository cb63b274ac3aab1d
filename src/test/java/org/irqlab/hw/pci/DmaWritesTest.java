package org.irqlab.hw.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.RegisterBlock;
import org.irqlab.hw.intc.apic.ApicController;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

/** I-16: what a message pushes ahead of it, and an INTx does not. */
@Timeout(10)
class DmaWritesTest {
    private static final int CAPACITY = 4;
    private final long[] memory = new long[16];
    private final DmaWrites writes =
            new DmaWrites((address, value) -> memory[(int) address] = value, CAPACITY);

    @Test
    void haveLandedWhenAMessageIsTaken() {
        var machine = new ApicController(List.of(new CountingKick()));
        var table = new MsixTable(1, writes.before(machine));
        table.program(0, new MsiMessage(machine.messageAddress(0, 0x41), 0x41));
        table.writeControl(MsixTable.CONTROL_ENABLE);
        table.unmask(0);
        writes.post(3, 42);
        assertEquals(0, memory[3]);
        table.fire(0);
        assertEquals(0x41, machine.port(0).acknowledge());
        assertEquals(42, memory[3]);
        assertEquals(0, writes.held());
    }

    @Test
    void haveLandedWhenAPendingFireIsReleased() {
        var machine = new ApicController(List.of(new CountingKick()));
        var table = new MsixTable(1, writes.before(machine));
        table.program(0, new MsiMessage(machine.messageAddress(0, 0x41), 0x41));
        table.writeControl(MsixTable.CONTROL_ENABLE);
        writes.post(3, 42);
        table.fire(0);
        assertEquals(0, memory[3], "a masked fire sends nothing");
        table.unmask(0);
        assertEquals(42, memory[3]);
    }

    @Test
    void mayStillBeOnTheirWayWhenAPinIsAsserted() {
        var line = new IntxLine(IntxPin.NONE);
        RegisterBlock registers = writes.before(statusRegister());
        writes.post(3, 42);
        line.raise();
        assertEquals(0, memory[3], "a handler that looks now finds stale data");
        registers.write(0, 0, 4, 1);
        assertEquals(0, memory[3], "the driver's writes go the other way");
        assertEquals(7, registers.read(0, 0, 4));
        assertEquals(42, memory[3], "the answer to its read came behind them");
        assertEquals(8, registers.size());
    }

    @Test
    void landInOrderAndAtTheLatestWhenTheBufferIsFull() {
        var order = new ArrayList<Long>();
        var few = new DmaWrites((address, value) -> order.add(value), 2);
        for (long n = 0; n < 5; n++) {
            few.post(0, n);
        }
        assertEquals(List.of(0L, 1L, 2L, 3L), order);
        few.push();
        few.push();
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L), order);
        assertThrows(IllegalArgumentException.class, () -> new DmaWrites((a, v) -> {}, 0));
    }

    private static RegisterBlock statusRegister() {
        return new RegisterBlock() {
            @Override
            public long size() {
                return 8;
            }

            @Override
            public long read(int cpu, long offset, int bytes) {
                return 7;
            }

            @Override
            public void write(int cpu, long offset, int bytes, long value) {}
        };
    }
}
