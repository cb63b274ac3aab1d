package org.irqlab.hw.intc.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.irqlab.hw.intc.MsrAccess;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.TreeSet;

/** The registers in memory and in MSRs, and the way from one to the other. */
@Timeout(10)
class ApicRegistersTest {
    private static final int NONE = CpuInterruptPort.NONE;
    private static final long BASE = XapicRegisters.DEFAULT_ADDRESS;
    private static final long ENABLED = 1 << 11;
    private static final long EXTENDED = 1 << 10;
    private static final MsrAccess DONE = MsrAccess.DONE;
    private static final MsrAccess FAULT = MsrAccess.GENERAL_PROTECTION;

    private final GuestErrorCounts errors = new GuestErrorCounts();
    private final ApicController machine =
            new ApicController(
                    List.of(new CountingKick(), new CountingKick()),
                    new ApicOptions(ApicMode.XAPIC, () -> 0, errors));
    private final XapicRegisters registers = machine.registers();
    private final ApicMsrs msrs = machine.msrs(1);
    private final LocalApic apic = machine.port(1);

    @BeforeEach
    void powerOn() {
        apic.reset();
    }

    private long read(int offset) {
        return registers.read(1, offset, 4);
    }

    private void write(int offset, long value) {
        registers.write(1, offset, 4, value);
    }

    @ParameterizedTest
    @CsvSource({
        "0x020, 0x01000000", "0x030, 0x01050014", "0x080, 0", "0x090, 0", "0x0a0, 0", "0x0c0, 0",
        "0x0d0, 0", "0x0e0, 0xffffffff", "0x0f0, 0xff", "0x100, 0", "0x1f0, 0", "0x270, 0",
        "0x280, 0", "0x300, 0", "0x310, 0", "0x320, 0x10000", "0x330, 0x10000", "0x340, 0x10000",
        "0x350, 0x10000", "0x360, 0x10000", "0x370, 0x10000", "0x380, 0", "0x390, 0", "0x3e0, 0"
    })
    void readsAsAfterReset(String offset, String value) {
        assertEquals(Long.decode(value), read(Integer.decode(offset)));
        assertEquals(0, errors.of(GuestError.RESERVED_REGISTER));
    }

    @ParameterizedTest
    @CsvSource({
        "0x080, 0xff",
        "0x0d0, 0xff000000",
        "0x0e0, 0xffffffff",
        "0x0f0, 0x11ff",
        "0x310, 0xff000000",
        "0x320, 0x700ff",
        "0x330, 0x107ff",
        "0x340, 0x107ff",
        "0x350, 0x1a7ff",
        "0x360, 0x1a7ff",
        "0x370, 0x100ff",
        "0x380, 0xffffffff",
        "0x3e0, 0xb"
    })
    void keepsTheBitsThatExist(String offset, String value) {
        write(0xf0, 0x1ff);
        write(Integer.decode(offset), 0xffff_ffffL);
        assertEquals(Long.decode(value), read(Integer.decode(offset)));
    }

    @Test
    void showsRequestsServiceAndModesInTheBitmaps() {
        write(0xf0, 0x1ff);
        apic.acceptLevel(0xc5);
        assertEquals(1 << 5, read(0x200 + 0x60));
        assertEquals(1 << 5, read(0x180 + 0x60));
        apic.acknowledge();
        assertEquals(0, read(0x200 + 0x60));
        assertEquals(1 << 5, read(0x100 + 0x60));
        assertEquals(0xc0, read(0xa0));
        write(0xb0, 0);
        assertEquals(0, read(0x100 + 0x60));
    }

    @Test
    void sendsWhenTheLowHalfOfTheCommandIsWritten() {
        write(0x310, 0);
        assertFalse(machine.port(0).requested());
        write(0x300, 0x41);
        assertEquals(0x41, machine.port(0).acknowledge());
        write(0x310, 0xff00_0000L);
        assertEquals(0xff00_0000L, read(0x310));
        write(0x300, 1 << 12 | 0x52);
        assertEquals(0x52, read(0x300), "delivery status is idle");
        assertEquals(0x52, machine.port(0).acknowledge());
        assertTrue(apic.requested());
    }

    @Test
    void givesEachCpuItsOwnRegisters() {
        registers.write(0, 0x80, 4, 0x50);
        assertEquals(0x50, registers.read(0, 0x80, 4));
        assertEquals(0, read(0x80));
        assertEquals(0, registers.read(0, 0x20, 4));
        assertEquals(0x1000, registers.size());
    }

    @Test
    void ignoresAccessesOfTheWrongSize() {
        registers.write(1, 0x80, 1, 0x50);
        registers.write(1, 0x80, 8, 0x50);
        registers.write(1, 0x84, 4, 0x50);
        assertEquals(0, read(0x80));
        assertEquals(0, registers.read(1, 0x30, 2));
        assertEquals(0, registers.read(1, 0x34, 4));
        assertEquals(5, errors.of(GuestError.BAD_ACCESS_SIZE));
    }

    @Test
    void tellsOfReservedAndReadOnlyRegisters() {
        for (int offset : new int[] {0x20, 0x30, 0x90, 0xa0, 0xc0, 0x100, 0x270, 0x390}) {
            write(offset, 0);
        }
        assertEquals(8, errors.of(GuestError.READ_ONLY_REGISTER));
        assertEquals(0, read(0xb0));
        assertEquals(1, errors.of(GuestError.WRITE_ONLY_REGISTER));
        assertEquals(0, read(0x280));
        for (int offset : new int[] {0x00, 0x10, 0x2f0, 0x3f0, 0x400}) {
            assertEquals(0, read(offset));
            write(offset, 0);
        }
        assertEquals(10, errors.of(GuestError.RESERVED_REGISTER));
        write(0x280, 0);
        assertEquals(1 << 7, read(0x280), "an illegal register address");
    }

    @Test
    void tellsOfAnEndWithNothingInService() {
        write(0xb0, 0);
        assertEquals(1, errors.of(GuestError.END_WITHOUT_ACKNOWLEDGE));
        assertEquals(1, apic.counts().ignoredEnds());
    }

    @ParameterizedTest
    @CsvSource({
        "DISABLED, false, false, DISABLED",
        "DISABLED, true, false, XAPIC",
        "DISABLED, true, true, ",
        "DISABLED, false, true, ",
        "XAPIC, false, false, DISABLED",
        "XAPIC, true, false, XAPIC",
        "XAPIC, true, true, X2APIC",
        "XAPIC, false, true, ",
        "X2APIC, false, false, DISABLED",
        "X2APIC, true, false, ",
        "X2APIC, true, true, X2APIC",
        "X2APIC, false, true, "
    })
    void allowsTheLegalModeChangesOnly(
            ApicMode from, boolean enabled, boolean extended, ApicMode to) {
        enter(from);
        long value = BASE | (enabled ? ENABLED : 0) | (extended ? EXTENDED : 0);
        assertSame(to == null ? FAULT : DONE, msrs.write(ApicMsrs.IA32_APIC_BASE, value));
        assertSame(to == null ? from : to, apic.mode());
        assertEquals(to == null ? 1 : 0, errors.of(GuestError.RESERVED_VALUE));
    }

    private void enter(ApicMode mode) {
        if (mode == ApicMode.DISABLED) {
            assertSame(DONE, msrs.write(ApicMsrs.IA32_APIC_BASE, BASE));
        } else if (mode == ApicMode.X2APIC) {
            long value = BASE | ENABLED | EXTENDED;
            assertSame(DONE, msrs.write(ApicMsrs.IA32_APIC_BASE, value));
        }
    }

    @Test
    void refusesToGoBackFromX2apicButByDisabling() {
        enter(ApicMode.X2APIC);
        assertSame(FAULT, msrs.write(ApicMsrs.IA32_APIC_BASE, BASE | ENABLED));
        assertSame(DONE, msrs.write(ApicMsrs.IA32_APIC_BASE, BASE));
        assertSame(FAULT, msrs.write(ApicMsrs.IA32_APIC_BASE, BASE | ENABLED | EXTENDED));
        assertSame(FAULT, msrs.write(ApicMsrs.IA32_APIC_BASE, BASE | EXTENDED));
        assertSame(FAULT, msrs.write(ApicMsrs.IA32_APIC_BASE, BASE | ENABLED | 1));
        assertSame(DONE, msrs.write(ApicMsrs.IA32_APIC_BASE, BASE | ENABLED));
        assertEquals(BASE | ENABLED, msrs.read(ApicMsrs.IA32_APIC_BASE));
        assertEquals(
                BASE | ENABLED | 1 << 8, machine.msrs(0).read(ApicMsrs.IA32_APIC_BASE), "boot");
    }

    @Test
    void keepsStateIntoX2apicModeAndLosesItByDisabling() {
        write(0xf0, 0x1ff);
        write(0x80, 0x20);
        apic.accept(0x41);
        enter(ApicMode.X2APIC);
        assertEquals(0x20, msrs.read(0x808));
        assertEquals(1 << 1, msrs.read(0x822));
        assertEquals(1 << 1, msrs.read(0x80d), "the logical id is the x2APIC's");
        enter(ApicMode.DISABLED);
        assertEquals(0, apic.tpr());
        assertFalse(apic.requested());
        assertEquals(1, apic.counts().discardedRequests());
    }

    @Test
    void answersInMemoryInXapicModeOnlyAndInMsrsInX2apicModeOnly() {
        assertFalse(msrs.readable(0x802));
        assertSame(FAULT, msrs.write(0x808, 0));
        enter(ApicMode.X2APIC);
        assertEquals(0xffff_ffffL, read(0x20));
        assertEquals(0xff, registers.read(1, 0x20, 1));
        write(0x80, 0x50);
        assertEquals(0, apic.tpr());
        assertEquals(4, errors.of(GuestError.RESERVED_REGISTER));
        assertTrue(msrs.readable(0x802));
        assertEquals(1, msrs.read(0x802));
        assertSame(DONE, msrs.write(0x808, 0x50));
        assertEquals(0x50, apic.tpr());
    }

    @Test
    void faultsOnEveryMsrThatDoesNotExist() {
        enter(ApicMode.X2APIC);
        var readable = new TreeSet<Integer>();
        for (int msr = ApicMsrs.X2APIC_FIRST; msr <= ApicMsrs.X2APIC_LAST; msr++) {
            if (msrs.readable(msr)) {
                readable.add(msr - ApicMsrs.X2APIC_FIRST);
                msrs.read(msr);
            }
        }
        var expected = new TreeSet<>(List.of(0x02, 0x03, 0x08, 0x0a, 0x0d, 0x0f));
        for (int bitmap = 0x10; bitmap < 0x28; bitmap++) {
            expected.add(bitmap);
        }
        expected.addAll(List.of(0x28, 0x30, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3e));
        assertEquals(expected, readable);
        var writable = new TreeSet<Integer>();
        for (int msr = ApicMsrs.X2APIC_FIRST; msr <= ApicMsrs.X2APIC_LAST; msr++) {
            if (msrs.write(msr, 0) == DONE) {
                writable.add(msr - ApicMsrs.X2APIC_FIRST);
            }
        }
        assertEquals(
                new TreeSet<>(
                        List.of(
                                0x08, 0x0b, 0x0f, 0x28, 0x30, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37,
                                0x38, 0x3e, 0x3f)),
                writable);
        assertTrue(ApicMsrs.owns(0x1b) && ApicMsrs.owns(0x6e0) && ApicMsrs.owns(0x8ff));
        assertFalse(ApicMsrs.owns(0x7ff) || ApicMsrs.owns(0x900));
    }

    @ParameterizedTest
    @CsvSource({
        "0x808, 0x100",
        "0x80b, 1",
        "0x80f, 0x200",
        "0x828, 1",
        "0x830, 0x2000",
        "0x830, 0x10000",
        "0x830, 0x100000",
        "0x832, 0x100",
        "0x835, 0x800",
        "0x837, 0x400",
        "0x838, 0x100000000",
        "0x83e, 4",
        "0x83f, 0x100"
    })
    void faultsOnReservedBits(String msr, String bits) {
        enter(ApicMode.X2APIC);
        assertSame(FAULT, msrs.write(Integer.decode(msr), Long.decode(bits)));
        assertSame(DONE, msrs.write(Integer.decode(msr), 0));
    }

    @Test
    void sendsFromOneRegisterInX2apicMode() {
        enter(ApicMode.X2APIC);
        assertSame(DONE, msrs.write(0x80f, 0x1ff));
        assertSame(DONE, msrs.write(0x830, 0x41));
        assertEquals(0x41, machine.port(0).acknowledge());
        assertSame(DONE, msrs.write(0x830, -1L << 32 | 0x52));
        assertEquals(0x52, machine.port(0).acknowledge());
        assertEquals(0x52, apic.acknowledge());
        assertEquals(-1L << 32 | 0x52, msrs.read(0x830));
        assertSame(DONE, msrs.write(ApicMsrs.SELF_IPI, 0x63));
        assertEquals(0x63, apic.acknowledge());
        assertEquals(-1L << 32 | 0x52, msrs.read(0x830), "the command is another register");
        assertSame(DONE, msrs.write(0x80b, 0));
        assertEquals(0x50, apic.ppr());
        assertSame(DONE, msrs.write(ApicMsrs.SELF_IPI, 0x0f));
        assertEquals(NONE, apic.acknowledge());
        assertSame(DONE, msrs.write(0x828, 0));
        assertEquals(1 << 5, msrs.read(0x828));
    }

    @Test
    void hasTheDeadlineInAnMsrInAllModes() {
        write(0xf0, 0x1ff);
        write(0x320, 2 << 17 | 0xec);
        assertTrue(msrs.readable(ApicMsrs.IA32_TSC_DEADLINE));
        assertSame(DONE, msrs.write(ApicMsrs.IA32_TSC_DEADLINE, 77));
        assertEquals(77, msrs.read(ApicMsrs.IA32_TSC_DEADLINE));
        enter(ApicMode.X2APIC);
        assertEquals(77, msrs.read(ApicMsrs.IA32_TSC_DEADLINE));
    }
}
