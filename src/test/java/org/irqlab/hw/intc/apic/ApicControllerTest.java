package org.irqlab.hw.intc.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.hw.intc.InterruptControllerContract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Collections;
import java.util.List;

@Timeout(10)
class ApicControllerTest implements InterruptControllerContract {
    private final ApicController machine =
            new ApicController(List.of(new CountingKick(), new CountingKick()));

    @Override
    public InterruptController machine(List<CountingKick> kicks) {
        return new ApicController(kicks);
    }

    @Test
    void composesMessagesThatReachTheirCpu() {
        long address = machine.messageAddress(1, 0x41);
        assertEquals(0xfee0_1000L, address);
        assertSame(FireOutcome.LATCHED, machine.message(address, machine.messageData(1, 0x41)));
        assertEquals(CpuInterruptPort.NONE, machine.port(0).acknowledge());
        assertEquals(0x41, machine.port(1).acknowledge());
    }

    @Test
    void deliversABroadcastMessageToEveryCpu() {
        machine.port(0).accept(0x41);
        assertSame(FireOutcome.LATCHED, machine.message(0xfeef_f000L, 0x41));
        assertSame(FireOutcome.COALESCED, machine.message(0xfeef_f000L, 0x41));
        assertEquals(0x41, machine.port(0).acknowledge());
        assertEquals(0x41, machine.port(1).acknowledge());
    }

    @Test
    void dropsMessagesThatNoCpuTakes() {
        assertDropped(FireOutcome.DROPPED_NO_TARGET, 0xfed0_0000L, 0x41);
        assertDropped(FireOutcome.DROPPED_NO_TARGET, 0x1_fee0_0000L, 0x41);
        assertDropped(FireOutcome.DROPPED_NO_TARGET, 0xfee0_2000L, 0x41);
        assertDropped(FireOutcome.DROPPED_NO_TARGET, 0xfee0_0004L, 0x41);
        assertDropped(FireOutcome.DROPPED_NO_TARGET, 0xfee0_0000L, 4 << 8 | 0x41);
        assertDropped(FireOutcome.DROPPED_ILLEGAL_VECTOR, 0xfee0_0000L, 0x0f);
    }

    private void assertDropped(FireOutcome outcome, long address, int data) {
        assertSame(outcome, machine.message(address, data));
        assertEquals(CpuInterruptPort.NONE, machine.port(0).acknowledge());
        assertEquals(CpuInterruptPort.NONE, machine.port(1).acknowledge());
    }

    @Test
    void deliversLowestPriorityModeToItsPhysicalDestination() {
        assertSame(FireOutcome.LATCHED, machine.message(0xfee0_1000L, 1 << 8 | 0x41));
        assertEquals(0x41, machine.port(1).acknowledge());
    }

    @Test
    void refusesMachinesThatItCannotAddress() {
        var many = Collections.nCopies(256, new CountingKick());
        assertThrows(IllegalArgumentException.class, () -> new ApicController(many));
        assertEquals(255, new ApicController(many.subList(0, 255)).cpus());
        assertThrows(IllegalArgumentException.class, () -> new ApicController(List.of()));
        assertThrows(IllegalArgumentException.class, () -> machine.messageAddress(2, 0x41));
        assertThrows(IllegalArgumentException.class, () -> machine.messageData(0, 15));
    }

    @Test
    void keepsTheSystemCallVectorFromDevices() {
        assertEquals(false, machine.vectors().allocatable(0x80));
    }
}
