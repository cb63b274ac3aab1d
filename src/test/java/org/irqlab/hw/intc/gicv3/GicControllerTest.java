package org.irqlab.hw.intc.gicv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.hw.intc.InterruptControllerContract;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Collections;
import java.util.List;

@Timeout(10)
class GicControllerTest implements InterruptControllerContract {
    private static final long SETSPI = 0x0800_0040L;
    private static final int SPI = 40;

    private final GuestErrorCounts errors = new GuestErrorCounts();
    private final GicController machine =
            GicController.asLinuxLeavesIt(
                    List.of(new CountingKick(), new CountingKick()),
                    GicSettings.DEFAULT,
                    LpiConfigTable.ALL_ENABLED,
                    errors);

    @Override
    public InterruptController machine(List<CountingKick> kicks) {
        return GicController.asLinuxLeavesIt(kicks);
    }

    @Test
    void deliversAMessageWhereItsSpiIsRouted() {
        machine.distributor().enable(SPI);
        machine.distributor().route(SPI, 1);
        long address = machine.messageAddress(1, SPI);
        assertEquals(SETSPI, address);
        assertSame(FireOutcome.LATCHED, machine.message(address, machine.messageData(1, SPI)));
        assertSame(FireOutcome.COALESCED, machine.message(address, SPI));
        assertEquals(CpuInterruptPort.NONE, machine.port(0).acknowledge());
        assertEquals(SPI, machine.port(1).acknowledge());
    }

    @Test
    void withdrawsAMessageByAnother() {
        machine.distributor().enable(SPI);
        machine.message(SETSPI, SPI);
        assertSame(FireOutcome.DROPPED_NO_TARGET, machine.message(SETSPI + 8, SPI));
        assertEquals(CpuInterruptPort.NONE, machine.port(0).acknowledge());
    }

    @Test
    void dropsMessagesThatNobodyTakes() {
        assertSame(FireOutcome.DROPPED_NO_TARGET, machine.message(0xfee0_0000L, SPI));
        assertSame(FireOutcome.DROPPED_ILLEGAL_VECTOR, machine.message(SETSPI, 31));
        assertSame(FireOutcome.DROPPED_ILLEGAL_VECTOR, machine.message(SETSPI, 1020));
        assertEquals(2, errors.of(GuestError.ILLEGAL_VECTOR));
        assertSame(FireOutcome.DROPPED_ILLEGAL_VECTOR, machine.sendIpi(0, 16));
    }

    @Test
    void refusesMachinesThatItCannotAddress() {
        var many = Collections.nCopies(513, new CountingKick());
        var none = List.<CountingKick>of();
        var small = new GicSettings(32, 0, 4, 1, 0);
        assertThrows(
                IllegalArgumentException.class,
                () -> new GicController(many, small, LpiConfigTable.ALL_ENABLED, errors));
        assertThrows(
                IllegalArgumentException.class,
                () -> new GicController(none, small, LpiConfigTable.ALL_ENABLED, errors));
        assertThrows(IllegalArgumentException.class, () -> machine.messageAddress(2, SPI));
        assertThrows(IllegalArgumentException.class, () -> machine.messageData(0, 31));
        assertThrows(IllegalArgumentException.class, () -> new GicSettings(33, 0, 5, 16, 0));
        assertThrows(IllegalArgumentException.class, () -> new GicSettings(32, 0, 3, 16, 0));
        assertThrows(IllegalArgumentException.class, () -> new GicSettings(32, -1, 5, 16, 0));
        assertThrows(IllegalArgumentException.class, () -> new GicSettings(32, 0, 5, 257, 0));
    }

    @Test
    void hasOneMessageForBothKindsOfCall() {
        var vectors = machine.vectors();
        assertEquals(vectors.callFunction(), vectors.callFunctionSingle());
        assertEquals(1019, vectors.lastDevice());
        assertFalse(vectors.allocatable(IntIds.FIRST_SPECIAL));
    }

    @Test
    void namesCpusByAffinityAndBack() {
        var affinities = new Affinities(300, 16);
        for (int cpu = 0; cpu < 300; cpu++) {
            assertEquals(cpu, affinities.cpu(affinities.of(cpu)));
        }
        assertEquals(0x1203, affinities.of(0x123));
        assertEquals(InterruptWord.NOBODY, affinities.cpu(0x10), "no such CPU in the cluster");
        assertEquals(InterruptWord.NOBODY, affinities.cpu(affinities.of(299) + 1));
        assertEquals(InterruptWord.NOBODY, affinities.cpu(0x1_0000_0000L));
    }
}
