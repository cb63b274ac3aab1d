package org.irqlab.hw.intc.gicv3.its;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ItsCommandsTest {
    private static final long VALID = 1L << 63;

    @Test
    void encodesAsTheArchitectureSays() {
        assertEquals(
                new ItsCommand(0x1234_0000_0008L, 4, VALID | 0x5000_0100L, 0),
                ItsCommands.mapd(0x1234, 5, 0x5000_01ffL));
        assertEquals(new ItsCommand(0x1234_0000_0008L, 0, 0, 0), ItsCommands.unmapd(0x1234));
        assertEquals(new ItsCommand(9, 0, VALID | 0x7_0003L, 0), ItsCommands.mapc(3, 7));
        assertEquals(new ItsCommand(9, 0, 3, 0), ItsCommands.unmapc(3));
        assertEquals(
                new ItsCommand(0x10_0000_000aL, 0x2001_0000_0006L, 3, 0),
                ItsCommands.mapti(0x10, 6, 0x2001, 3));
        assertEquals(
                new ItsCommand(0x10_0000_000bL, 0x2001, 3, 0), ItsCommands.mapi(0x10, 0x2001, 3));
        assertEquals(new ItsCommand(0x10_0000_0001L, 6, 3, 0), ItsCommands.movi(0x10, 6, 3));
        assertEquals(new ItsCommand(0x10_0000_000fL, 6, 0, 0), ItsCommands.discard(0x10, 6));
        assertEquals(new ItsCommand(0x10_0000_000cL, 6, 0, 0), ItsCommands.inv(0x10, 6));
        assertEquals(new ItsCommand(0x10_0000_0003L, 6, 0, 0), ItsCommands.interrupt(0x10, 6));
        assertEquals(new ItsCommand(0x10_0000_0004L, 6, 0, 0), ItsCommands.clear(0x10, 6));
        assertEquals(new ItsCommand(0x0d, 0, 3, 0), ItsCommands.invall(3));
        assertEquals(new ItsCommand(0x0e, 0, 0x2_0000, 0x5_0000), ItsCommands.movall(2, 5));
        assertEquals(new ItsCommand(5, 0, 0x2_0000, 0), ItsCommands.sync(2));
    }

    @Test
    void survivesTheWayThroughMemory() {
        var memory = new GuestPages(0x1000, 0x100);
        var command = new ItsCommand(1L << 63 | 1, 2, 3, -4);
        command.writeTo(memory, 0x1040);
        assertEquals(command, ItsCommand.read(memory, 0x1040));
    }

    @Test
    void readsWideFieldsUnsigned() {
        var command = new ItsCommand(-1, -1, -1, -1);
        assertEquals(0xffff_ffffL, command.deviceId());
        assertEquals(0xffff_ffffL, command.eventId());
        assertEquals(0xffff_ffffL, command.intId());
        assertEquals(0xffff, command.collection());
        assertEquals(32, command.eventIdBits());
        assertEquals((1L << 35) - 1, command.target());
        assertEquals((1L << 35) - 1, command.secondTarget());
    }
}
