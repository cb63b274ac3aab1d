package org.irqlab.hw.intc.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.irqlab.hw.intc.apic.pin.StormDamping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

@Timeout(10)
class IoApicTest {
    private static final int NONE = CpuInterruptPort.NONE;
    private static final int PIN = 14;
    private static final int VECTOR = 0x84;
    private static final long LEVEL = 1 << 15;
    private static final long MASKED = 1 << 16;
    private static final long REMOTE_IRR = 1 << 14;
    private static final long ACTIVE_LOW = 1 << 13;

    private final GuestErrorCounts errors = new GuestErrorCounts();
    private final ApicController machine =
            new ApicController(
                    List.of(new CountingKick(), new CountingKick()),
                    new ApicOptions(ApicMode.XAPIC, () -> 0, errors));
    private final IoApic chip = machine.addIoApic(StormDamping.OFF);
    private final LocalApic apic = machine.port(0);

    @Test
    void sendsOneEdgeForOneRise() {
        chip.writeEntry(PIN, VECTOR);
        assertSame(FireOutcome.LATCHED, chip.drive(PIN, true));
        assertSame(FireOutcome.IGNORED_NO_EDGE, chip.drive(PIN, true), "no fall between");
        assertEquals(VECTOR, apic.acknowledge());
        apic.endOfInterrupt();
        assertEquals(NONE, apic.acknowledge());
        chip.drive(PIN, false);
        assertSame(FireOutcome.LATCHED, chip.drive(PIN, true));
    }

    @Test
    void losesAnEdgeWhileMasked() {
        chip.writeEntry(PIN, MASKED | VECTOR);
        assertSame(FireOutcome.IGNORED_MASKED_EDGE, chip.drive(PIN, true));
        assertTrue(FireOutcome.IGNORED_MASKED_EDGE.dropped());
        chip.writeEntry(PIN, VECTOR);
        assertEquals(NONE, apic.acknowledge());
    }

    @Test
    void keepsALevelWhileMaskedAndSendsItOnUnmasking() {
        chip.writeEntry(PIN, MASKED | LEVEL | VECTOR);
        assertSame(FireOutcome.PENDED_MASKED, chip.drive(PIN, true));
        assertSame(FireOutcome.COALESCED_MASKED, chip.drive(PIN, true));
        assertEquals(NONE, apic.acknowledge());
        chip.writeEntry(PIN, LEVEL | VECTOR);
        assertEquals(VECTOR, apic.acknowledge());
        assertEquals(1, chip.counts().heldSent());
    }

    @Test
    void forgetsALevelThatWentAwayWhileMasked() {
        chip.writeEntry(PIN, MASKED | LEVEL | VECTOR);
        chip.drive(PIN, true);
        chip.drive(PIN, false);
        chip.writeEntry(PIN, LEVEL | VECTOR);
        assertEquals(NONE, apic.acknowledge());
        assertEquals(1, chip.counts().withdrawn());
    }

    @Test
    void sendsALevelAgainUntilItIsLowered() {
        chip.writeEntry(PIN, LEVEL | VECTOR);
        assertSame(FireOutcome.LATCHED, chip.drive(PIN, true));
        for (int run = 0; run < 3; run++) {
            assertEquals(VECTOR, apic.acknowledge());
            assertEquals(LEVEL | REMOTE_IRR | VECTOR, chip.entry(PIN));
            assertSame(FireOutcome.COALESCED, chip.drive(PIN, true), "merges until the end");
            apic.endOfInterrupt();
        }
        assertEquals(VECTOR, apic.acknowledge());
        chip.drive(PIN, false);
        apic.endOfInterrupt();
        assertEquals(NONE, apic.acknowledge());
        assertEquals(LEVEL | VECTOR, chip.entry(PIN));
        assertEquals(3, chip.sentLater(FireOutcome.LATCHED));
    }

    @Test
    void keepsRemoteIrrAcrossMasking() {
        chip.writeEntry(PIN, LEVEL | VECTOR);
        chip.drive(PIN, true);
        apic.acknowledge();
        chip.writeEntry(PIN, MASKED | LEVEL | VECTOR);
        assertEquals(MASKED | LEVEL | REMOTE_IRR | VECTOR, chip.entry(PIN));
        chip.writeEntry(PIN, LEVEL | VECTOR);
        assertEquals(LEVEL | REMOTE_IRR | VECTOR, chip.entry(PIN));
        assertEquals(NONE, apic.acknowledge(), "it is in flight, so it is not sent again");
    }

    @Test
    void sendsOnUnmaskingWhatEndedWhileMasked() {
        chip.writeEntry(PIN, LEVEL | VECTOR);
        chip.drive(PIN, true);
        apic.acknowledge();
        chip.writeEntry(PIN, MASKED | LEVEL | VECTOR);
        apic.endOfInterrupt();
        assertEquals(NONE, apic.acknowledge());
        chip.writeEntry(PIN, LEVEL | VECTOR);
        assertEquals(VECTOR, apic.acknowledge());
    }

    @Test
    void clearsRemoteIrrWhenMadeAnEdgePin() {
        chip.writeEntry(PIN, LEVEL | VECTOR);
        chip.drive(PIN, true);
        assertEquals(VECTOR, apic.acknowledge());
        chip.writeEntry(PIN, MASKED | VECTOR);
        chip.writeEntry(PIN, MASKED | LEVEL | VECTOR);
        assertEquals(MASKED | LEVEL | VECTOR, chip.entry(PIN), "an implicit end of interrupt");
    }

    @Test
    void findsTheEndOfWhatWasSentElsewhereBeforeTheDestinationMoved() {
        chip.writeEntry(PIN, LEVEL | VECTOR);
        chip.drive(PIN, true);
        assertEquals(VECTOR, apic.acknowledge());
        chip.drive(PIN, false);
        assertEquals(LEVEL | REMOTE_IRR | VECTOR, chip.entry(PIN));
        window(IoApic.REDIRECTION + 2 * PIN + 1, 1 << 24);
        apic.endOfInterrupt();
        assertEquals(1L << 56 | LEVEL | VECTOR, chip.entry(PIN));
        chip.drive(PIN, true);
        assertEquals(VECTOR, machine.port(1).acknowledge());
    }

    @Test
    void doesNotTakeTheEndOfAnotherVectorForItsOwn() {
        chip.writeEntry(PIN, LEVEL | VECTOR);
        chip.drive(PIN, true);
        chip.ended(VECTOR + 1);
        assertEquals(LEVEL | REMOTE_IRR | VECTOR, chip.entry(PIN));
    }

    @Test
    void endsByTheDirectedRegisterWhenTheBroadcastIsSuppressed() {
        apic.writeSvr(1 << 12 | 0x1ff);
        chip.writeEntry(PIN, LEVEL | VECTOR);
        chip.drive(PIN, true);
        apic.acknowledge();
        chip.drive(PIN, false);
        apic.endOfInterrupt();
        assertEquals(LEVEL | REMOTE_IRR | VECTOR, chip.entry(PIN));
        chip.write(0, IoApic.DIRECTED_EOI, 4, VECTOR);
        assertEquals(LEVEL | VECTOR, chip.entry(PIN));
    }

    @Test
    void hearsALowLineWhenItsPolaritySaysSo() {
        chip.drive(PIN, true);
        chip.writeEntry(PIN, ACTIVE_LOW | VECTOR);
        assertSame(FireOutcome.LATCHED, chip.drive(PIN, false));
        assertSame(FireOutcome.IGNORED_NO_EDGE, chip.drive(PIN, true));
        chip.writeEntry(PIN, LEVEL | VECTOR);
        apic.acknowledge();
        apic.endOfInterrupt();
        assertEquals(VECTOR, apic.acknowledge(), "high is active now, and the pin is a level's");
    }

    @Test
    void sendsToLogicalDestinationsAndByLowestPriority() {
        machine.port(0).writeLdr(1 << 24);
        machine.port(1).writeLdr(2 << 24);
        chip.writeEntry(PIN, 3L << 56 | 1 << 11 | VECTOR);
        chip.drive(PIN, true);
        assertEquals(VECTOR, machine.port(0).acknowledge());
        assertEquals(VECTOR, machine.port(1).acknowledge());
        machine.port(1).endOfInterrupt();
        chip.drive(PIN, false);
        chip.writeEntry(PIN, 3L << 56 | 1 << 11 | 1 << 8 | 0x41);
        chip.drive(PIN, true);
        assertEquals(0x41, machine.port(1).acknowledge(), "CPU 0 serves a higher class");
    }

    @Test
    void delaysAStormOnlyIfAsked() {
        long[] nowNs = {0};
        IoApic damped = machine.addIoApic(new StormDamping(10, 1000, () -> nowNs[0]));
        damped.writeEntry(PIN, LEVEL | VECTOR);
        damped.drive(PIN, true);
        int runs = 0;
        while (apic.acknowledge() == VECTOR) {
            apic.endOfInterrupt();
            runs++;
        }
        assertEquals(1 + 10, runs);
        assertEquals(1000, damped.nextDueNs());
        assertSame(FireOutcome.COALESCED, damped.drive(PIN, true));
        damped.service(999);
        assertEquals(NONE, apic.acknowledge());
        damped.service(1000);
        assertEquals(VECTOR, apic.acknowledge());
        assertEquals(1, damped.counts().damped());
        assertEquals(10_000, StormDamping.asQemu(() -> 0).resends());
        assertThrows(IllegalArgumentException.class, () -> new StormDamping(1 << 14, 0, () -> 0));
    }

    @Test
    void showsItsRegistersThroughTheWindow() {
        assertEquals(0x0017_0020, window(IoApic.VERSION));
        window(IoApic.ID, 0xffff_ffff);
        assertEquals(0x0f00_0000, window(IoApic.ID), "bits 27:24 only");
        assertEquals(0x0f00_0000, window(IoApic.ARBITRATION));
        window(IoApic.VERSION, 1);
        window(IoApic.ARBITRATION, 1);
        assertEquals(2, errors.of(GuestError.READ_ONLY_REGISTER));
        assertEquals(0x0017_0020, window(IoApic.VERSION));
        assertEquals(0x1_0000, window(IoApic.REDIRECTION), "masked after reset");
        window(IoApic.REDIRECTION + 47, 0xab_cdef00);
        window(IoApic.REDIRECTION + 46, 0xffff_ffff & ~(1 << 15));
        assertEquals(0xab00_0000L, window(IoApic.REDIRECTION + 47));
        assertEquals(0x1_2fff, window(IoApic.REDIRECTION + 46), "12 and 14 are read-only");
        assertEquals(0, window(IoApic.REDIRECTION + 48));
        assertEquals(0, window(3));
        window(3, 1);
        assertEquals(3, errors.of(GuestError.RESERVED_REGISTER));
    }

    @Test
    void ignoresAccessesThatTheChipDoesNotHave() {
        assertEquals(0x1000, chip.size());
        chip.write(0, IoApic.INDEX, 4, IoApic.VERSION);
        chip.write(0, IoApic.INDEX, 1, IoApic.ID);
        assertEquals(IoApic.VERSION, chip.read(0, IoApic.INDEX, 4));
        assertEquals(0, chip.read(0, IoApic.WINDOW, 8));
        assertEquals(2, errors.of(GuestError.BAD_ACCESS_SIZE));
        assertEquals(0, chip.read(0, 0x20, 4));
        chip.write(0, 0x20, 4, 1);
        assertEquals(2, errors.of(GuestError.RESERVED_REGISTER));
        assertEquals(0, chip.read(0, IoApic.DIRECTED_EOI, 4));
        assertEquals(1, errors.of(GuestError.WRITE_ONLY_REGISTER));
        assertThrows(IllegalArgumentException.class, () -> chip.drive(IoApic.PINS, true));
    }

    private long window(int index) {
        chip.write(0, IoApic.INDEX, 4, index);
        return chip.read(0, IoApic.WINDOW, 4);
    }

    private void window(int index, int value) {
        chip.write(0, IoApic.INDEX, 4, index);
        chip.write(0, IoApic.WINDOW, 4, value);
    }
}
