package org.irqlab.hw.intc.gicv3.its;

import static org.irqlab.hw.intc.FireOutcome.LATCHED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.irqlab.hw.intc.RegisterBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

@Timeout(30)
class ItsRegistersTest {
    private static final long VALID = 1L << 63;
    private static final int LPI = 8200;

    private final ItsRig rig = ItsRig.mapped(2, 64);

    private long error(GuestError error) {
        return rig.errors.of(error);
    }

    @Test
    void hasArchitectedResetValues() {
        var errors = new GuestErrorCounts();
        var lpis = FakeLpis.machine(1, 64);
        var memory = new GuestPages(0, 0x1000);
        var spec = new ItsSpec(ItsRig.BASE, 16, 12, 16);
        RegisterBlock registers = new Its(spec, List.of(lpis), memory, errors).registers();
        assertEquals(0x2_0000, registers.size());
        assertEquals(0x8000_0000L, registers.read(0, 0x0000, 4), "quiescent, not enabled");
        assertEquals(0x43b, registers.read(0, 0x0004, 4));
        assertEquals(1 | 7 << 4 | 11 << 8 | 15 << 13, registers.read(0, 0x0008, 8));
        assertEquals(0, registers.read(0, 0x0080, 8));
        assertEquals(0, registers.read(0, 0x0088, 8));
        assertEquals(0, registers.read(0, 0x0090, 8));
        assertEquals(0x0107_0000_0000_0200L, registers.read(0, 0x0100, 8), "devices, 64 KB");
        assertEquals(0x0407_0000_0000_0200L, registers.read(0, 0x0108, 8), "collections, 64 KB");
        for (int n = 2; n < 8; n++) {
            assertEquals(0, registers.read(0, 0x0100 + 8 * n, 8), "table " + n);
        }
        assertEquals(3, registers.read(0, 0xffe8, 4) >>> 4, "architecture revision");
        for (GuestError error : GuestError.values()) {
            assertEquals(0, errors.of(error), error.name());
        }
    }

    @Test
    void keepsReadOnlyFieldsOfTableRegisters() {
        rig.enable(false);
        rig.write(0x100, -1L);
        assertEquals(0xf9e7_ffff_ffff_feffL, rig.read(0x100), "type, entry size, page size fixed");
        rig.write(0x110, -1L);
        assertEquals(0, rig.read(0x110), "no such table");
        assertEquals(0, error(GuestError.READ_ONLY_REGISTER));
    }

    @Test
    void takesWideRegistersByHalves() {
        rig.enable(false);
        rig.registers.write(0, 0x80, 4, 0x4000_0003L);
        rig.registers.write(0, 0x84, 4, 0x8000_0000L);
        assertEquals(VALID | 0x4000_0003L, rig.read(0x80));
        assertEquals(0x8000_0000L, rig.registers.read(0, 0x84, 4));
        assertEquals(0x4000_0003L, rig.registers.read(0, 0x80, 4));
        rig.registers.write(0, 0x8c, 4, -1);
        assertEquals(0, rig.read(0x88), "upper half of GITS_CWRITER is reserved");
    }

    @Test
    void locksTablesAndQueueWhileSwitchedOn() {
        long base = rig.read(0x80);
        long devices = rig.read(0x100);
        rig.write(0x80, 0);
        rig.write(0x100, 0);
        assertEquals(base, rig.read(0x80));
        assertEquals(devices, rig.read(0x100));
        assertEquals(2, error(GuestError.READ_ONLY_REGISTER));
        assertEquals(1, rig.registers.read(0, 0, 4), "enabled, not quiescent");
    }

    @Test
    void refusesIllegalAccesses() {
        assertEquals(0, rig.registers.read(0, 0x10040, 4));
        assertEquals(1, error(GuestError.WRITE_ONLY_REGISTER));
        rig.registers.write(0, 0x4, 4, 1);
        rig.registers.write(0, 0x8, 8, 1);
        rig.registers.write(0, 0x90, 8, 32);
        rig.registers.write(0, 0xffe8, 4, 1);
        assertEquals(4, error(GuestError.READ_ONLY_REGISTER));
        assertEquals(0, rig.registers.read(0, 0x0, 8));
        assertEquals(0, rig.registers.read(0, 0x8, 2));
        assertEquals(0, rig.registers.read(0, 0xc, 8));
        assertEquals(0, rig.registers.read(0, 0xffe9, 4));
        rig.registers.write(0, 0x0, 8, 0);
        rig.registers.write(0, 0x8c, 8, 0);
        rig.registers.write(0, 0x10040, 8, 0);
        assertEquals(7, error(GuestError.BAD_ACCESS_SIZE));
        assertEquals(0, rig.registers.read(0, 0x98, 8));
        assertEquals(0, rig.registers.read(0, 0x140, 8));
        assertEquals(0, rig.registers.read(0, 0x2_0000, 4));
        assertEquals(0, rig.registers.read(0, -8, 8));
        rig.registers.write(0, 0x10000, 4, 0);
        rig.registers.write(0, 0x2_0000, 4, 0);
        assertEquals(6, error(GuestError.RESERVED_REGISTER));
        assertEquals(1, rig.registers.read(0, 0, 4), "still enabled");
    }

    @Test
    void cpuWriteToTranslaterIsMessageOfDeviceZero() {
        rig.send(ItsCommands.mapd(0, 4, 0), ItsCommands.mapti(0, 3, LPI, 1));
        rig.registers.write(0, 0x10040, 2, 0xffff_0003L);
        assertTrue(rig.redistributors[1].clear(LPI), "16 bits");
        rig.registers.write(0, 0x10040, 4, 3);
        assertTrue(rig.redistributors[1].clear(LPI), "32 bits");
        rig.registers.write(0, 0x10040, 4, 0x1_0003L);
        assertFalse(rig.redistributors[1].pending(LPI));
        assertEquals(1, error(GuestError.UNMAPPED_EVENT));
    }

    @Test
    void queueWrapsAround() {
        int commands = ItsRig.QUEUE_BYTES / ItsCommand.BYTES;
        rig.send(ItsCommands.mapd(8, 4, 0), ItsCommands.mapti(8, 0, LPI, 0));
        for (int n = 0; n < 3 * commands; n++) {
            rig.send(ItsCommands.movi(8, 0, n & 1), ItsCommands.sync(n & 1));
            assertEquals(rig.tail(), rig.read(0x90));
            assertEquals(LATCHED, rig.fire(8, 0));
            assertEquals(LPI, rig.redistributors[n & 1].acknowledge(), "command " + n);
        }
        assertEquals(0, error(GuestError.BAD_COMMAND) + error(GuestError.UNMAPPED_EVENT));
    }

    @Test
    void writeOffsetOutOfRangeStopsQueueUntilItIsGood() {
        long before = rig.read(0x90);
        rig.queue(ItsCommands.mapd(8, 4, 0));
        rig.queue(ItsCommands.mapti(8, 0, LPI, 0));
        rig.write(0x88, ItsRig.QUEUE_BYTES);
        assertEquals(1, error(GuestError.RESERVED_VALUE));
        assertEquals(before, rig.read(0x90));
        assertEquals(ItsRig.QUEUE_BYTES, rig.read(0x88));
        rig.write(0x88, rig.tail());
        assertEquals(rig.tail(), rig.read(0x90));
        assertEquals(LATCHED, rig.fire(8, 0));
    }

    @Test
    void badCommandIsToldAndTheQueueGoesOn() {
        rig.send(
                ItsCommands.mapd(8, 4, 0),
                new ItsCommand(0x02, 0, 0, 0),
                new ItsCommand(0x2a, 0, 0, 0),
                new ItsCommand(0xff, -1, -1, -1),
                ItsCommands.mapti(8, 0, LPI, 0));
        assertEquals(3, error(GuestError.BAD_COMMAND));
        assertEquals(rig.tail(), rig.read(0x90), "not stalled");
        assertEquals(LATCHED, rig.fire(8, 0));
    }

    @Test
    void commandThatCannotBeReadStallsUntilRetry() {
        rig.enable(false);
        rig.write(0x80, VALID | ItsRig.RAM + 0x1000 | 1);
        rig.enable(true);
        for (int n = 0; n < 128; n++) {
            ItsCommands.sync(0).writeTo(rig.memory, ItsRig.RAM + 0x1000 + n * 32);
        }
        rig.write(0x88, 0x1020);
        assertEquals(0x1001, rig.read(0x90), "stalled at the end of memory");
        assertEquals(1, error(GuestError.BAD_COMMAND));
        rig.write(0x88, 0x1020);
        assertEquals(1, error(GuestError.BAD_COMMAND), "stays stalled");
        rig.write(0x88, 0x1021);
        assertEquals(0x1001, rig.read(0x90));
        assertEquals(2, error(GuestError.BAD_COMMAND), "tried again");
    }

    @Test
    void executesNothingUntilSwitchedOn() {
        rig.enable(false);
        rig.send(ItsCommands.mapd(8, 4, 0), ItsCommands.mapti(8, 0, LPI, 0));
        long pending = rig.read(0x90);
        assertTrue(pending != rig.tail());
        rig.enable(true);
        assertEquals(rig.tail(), rig.read(0x90));
        assertEquals(LATCHED, rig.fire(8, 0));
    }

    @Test
    void tableGivenAnewIsEmpty() {
        rig.send(ItsCommands.mapd(8, 4, 0), ItsCommands.mapti(8, 0, LPI, 0));
        rig.enable(false);
        rig.write(0x108, 0);
        rig.enable(true);
        rig.fire(8, 0);
        assertEquals(1, error(GuestError.UNMAPPED_EVENT), "no collections");
        rig.send(ItsCommands.mapc(0, 0));
        assertEquals(1, error(GuestError.BAD_COMMAND), "no room for collections");
    }

    @Test
    void twoLevelTableHasRoomWhereItsFirstLevelIsValid() {
        rig.enable(false);
        long level1 = ItsRig.RAM + 0x1000;
        // 4 KB pages: one page of pointers, each to 512 entries.
        rig.write(0x100, VALID | 1L << 62 | level1);
        rig.memory.write64(level1 + 8, VALID | 0x6000_0000L);
        rig.enable(true);
        rig.send(ItsCommands.mapd(511, 1, 0));
        assertEquals(1, error(GuestError.BAD_COMMAND));
        rig.send(ItsCommands.mapd(512, 1, 0), ItsCommands.mapd(1023, 1, 0));
        assertEquals(1, error(GuestError.BAD_COMMAND));
        rig.send(ItsCommands.mapd(1024, 1, 0));
        assertEquals(2, error(GuestError.BAD_COMMAND));
    }

    @Test
    void flatTableHasRoomForItsPages() {
        rig.enable(false);
        rig.write(0x100, VALID | 1);
        rig.enable(true);
        rig.send(ItsCommands.mapd(1023, 1, 0));
        assertEquals(0, error(GuestError.BAD_COMMAND));
        rig.send(ItsCommands.mapd(1024, 1, 0));
        assertEquals(1, error(GuestError.BAD_COMMAND));
    }

    @Test
    void refusesSpecificationsOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> new ItsSpec(0x1000, 16, 16, 16));
        assertThrows(IllegalArgumentException.class, () -> new ItsSpec(0, 21, 16, 16));
        assertThrows(IllegalArgumentException.class, () -> new ItsSpec(0, 16, 0, 16));
        assertThrows(IllegalArgumentException.class, () -> new ItsSpec(0, 16, 16, 13));
        assertEquals(0x808_0000L + 0x1_0040L, ItsSpec.at(0x808_0000L).translaterAddress());
    }
}
