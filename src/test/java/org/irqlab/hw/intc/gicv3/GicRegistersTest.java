package org.irqlab.hw.intc.gicv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

@Timeout(10)
class GicRegistersTest {
    private static final int SPI = 40;
    private static final int GICD_CTLR = GicDistributorRegisters.CTLR;
    private static final int SGI = GicRedistributorRegisters.SGI_FRAME;

    private final GuestErrorCounts errors = new GuestErrorCounts();
    private final byte[] configuration = new byte[32];
    private final GicController machine =
            new GicController(
                    List.of(new CountingKick(), new CountingKick()),
                    new GicSettings(64, 32, 5, 16, 0),
                    intid -> configuration[intid - IntIds.FIRST_LPI],
                    errors);
    private final GicDistributorRegisters gicd = new GicDistributorRegisters(machine, errors);
    private final GicRedistributorRegisters gicr =
            new GicRedistributorRegisters(machine, 1, errors);
    private final GicSystemRegisters icc = new GicSystemRegisters(machine, 1, errors);

    private long gicd(long offset) {
        return gicd.read(1, offset, 4);
    }

    private void gicd(long offset, long value) {
        gicd.write(1, offset, 4, value);
    }

    private long gicr(long offset) {
        return gicr.read(1, offset, 4);
    }

    private void gicr(long offset, long value) {
        gicr.write(1, offset, 4, value);
    }

    @Test
    void hasResetValues() {
        assertEquals(0x1_0000, gicd.size());
        assertEquals(0x50, gicd(GICD_CTLR), "ARE and DS");
        // 96 INTIDs, message-based SPIs, LPIs, 14 bits of INTID, affinity 3, range selector.
        assertEquals(0x2 | 1 << 16 | 1 << 17 | 13 << 19 | 1 << 24 | 1 << 26, gicd(0x4));
        assertEquals(0x43b, gicd(0x8));
        assertEquals(0x3b, gicd(0xffe8), "PIDR2: GICv3");
        assertEquals(0x92, gicd(0xffe0));
        assertEquals(0x93, gicr(0xffe0));
        assertEquals(0, gicd(0x104));
        assertEquals(0, gicd(0xc08));
        assertEquals(0x6, gicr(0x14), "asleep");
        assertEquals(0, gicr(0x0));
        assertEquals(1L << 32 | 1 << 8 | 0x39, gicr.read(1, 0x8, 8), "the last one, CPU 1");
        assertEquals(1, gicr(0xc), "its affinity");
        assertEquals(0xaaaa_aaaaL, gicr(SGI + 0xc00), "SGIs are edges");
        assertEquals(0, icc.read(IccRegister.PMR));
        assertEquals(0xff, icc.read(IccRegister.RPR));
        assertEquals(2, icc.read(IccRegister.BPR0), "5 bits of preemption");
        assertEquals(3, icc.read(IccRegister.BPR1));
        assertEquals(4 << 8 | 1 << 15 | 1 << 18, icc.read(IccRegister.CTLR));
        assertEquals(7, icc.read(IccRegister.SRE));
        assertEquals(1023, icc.read(IccRegister.IAR1));
        assertEquals(0, icc.read(IccRegister.IGRPEN1));
    }

    /** Linux's steps of setting up, by registers alone. */
    private void setUp() {
        gicd(GICD_CTLR, 0x12);
        gicd(0x84, -1);
        gicd(0x428, 0xc0c0c0c0L);
        gicd.write(1, 0x6000 + 8 * SPI, 8, 1);
        gicr(0x14, 0);
        gicr(SGI + 0x80, -1);
        gicr(SGI + 0x100, 0xffff);
        icc.write(IccRegister.PMR, 0xf0);
        icc.write(IccRegister.IGRPEN1, 1);
    }

    @Test
    void deliversAfterASetUpByRegisters() {
        setUp();
        gicd(0x104, 1 << 8);
        gicd(0x40, SPI);
        assertEquals(1 << 8, gicd(0x204), "pending");
        assertEquals(SPI, icc.read(IccRegister.HPPIR1));
        assertEquals(SPI, icc.read(IccRegister.IAR1));
        assertEquals(0, gicd(0x204));
        assertEquals(1 << 8, gicd(0x304), "active");
        assertEquals(0xc0, icc.read(IccRegister.RPR));
        assertEquals(1L << 24, icc.read(IccRegister.AP1R0), "level 24 of 32");
        icc.write(IccRegister.EOIR1, SPI);
        assertEquals(0, gicd(0x384));
        icc.write(IccRegister.SGI1R, 2L << 24 | 1 << 1);
        assertEquals(2, icc.read(IccRegister.IAR1));
        assertEquals(4, gicr(SGI + 0x300));
    }

    @Test
    void setsAndClearsByOnes() {
        gicd(0x104, 0x30);
        gicd(0x104, 0x40);
        assertEquals(0x70, gicd(0x104));
        gicd(0x184, 0x20);
        assertEquals(0x50, gicd(0x184));
        gicd(0x204, 0x3);
        gicd(0x284, 0x1);
        assertEquals(0x2, gicd(0x284));
        gicd(0x304, 0x8);
        gicd(0x384, 0);
        assertEquals(0x8, gicd(0x304));
        gicd(0x384, 0x8);
        assertEquals(0, gicd(0x304));
    }

    @Test
    void keepsImplementedBitsOfPrioritiesByByteAndWord() {
        gicd.write(1, 0x400 + SPI, 1, 0xff);
        gicd.write(1, 0x400 + SPI + 1, 1, 0x47);
        assertEquals(0x40f8, gicd(0x400 + SPI));
        assertEquals(0x40, gicd.read(1, 0x400 + SPI + 1, 1));
        gicr.write(1, SGI + 0x403, 1, 0x88);
        assertEquals(0x8800_0000L, gicr(SGI + 0x400));
        icc.write(IccRegister.PMR, 0xff);
        assertEquals(0xf8, icc.read(IccRegister.PMR));
    }

    @Test
    void readsZeroWhereThisCpusInterruptsAndTargetsWouldBe() {
        gicd(0x100, -1);
        gicd(0x400, -1);
        gicd(0x800, -1);
        gicd.write(1, 0x828, 1, 0xff);
        gicd(0xd04, -1);
        gicd(0x10c, -1);
        assertEquals(0, gicd(0x100));
        assertEquals(0, gicd(0x400));
        assertEquals(0, gicd(0x800));
        assertEquals(0, gicd.read(1, 0x828, 1));
        assertEquals(0, gicd(0xd04));
        assertEquals(0, gicd(0x10c), "SPIs 96 and up are not implemented");
        assertEquals(0, errors.of(GuestError.RESERVED_REGISTER));
    }

    @Test
    void routesBy64BitsOrByHalves() {
        long router = 0x6000 + 8 * SPI;
        gicd.write(1, router, 8, -1);
        assertEquals(0xff_80ff_ffffL, gicd.read(1, router, 8), "RES0 bits");
        gicd(router, 0x8000_0001L);
        gicd(router + 4, 0x5);
        assertEquals(0x5_8000_0001L, gicd.read(1, router, 8));
        assertEquals(0x5, gicd(router + 4));
        gicd.write(1, 0x6000 + 8 * 500, 8, 1);
        assertEquals(0, gicd.read(1, 0x6000 + 8 * 500, 8));
    }

    @Test
    void configuresTriggers() {
        gicd(0xc08, 0xffff_ffffL);
        assertEquals(0xaaaa_aaaaL, gicd(0xc08));
        gicd(0xc08, 0x2);
        assertEquals(0x2, gicd(0xc08));
        gicr(SGI + 0xc04, 0x8);
        assertEquals(0x8, gicr(SGI + 0xc04));
        gicr(SGI + 0xc00, 0);
        assertEquals(1, errors.of(GuestError.READ_ONLY_REGISTER));
        assertEquals(0xaaaa_aaaaL, gicr(SGI + 0xc00));
    }

    @Test
    void refusesAccessesThatAreNotAllowed() {
        assertEquals(0, gicd.read(1, 0x104, 2));
        assertEquals(0, gicd.read(1, 0x105, 4));
        gicd.write(1, 0x104, 1, 0xff);
        gicd.write(1, 0x104, 8, -1);
        gicd.write(1, 0x0, 8, -1);
        gicd.write(1, 0x6000 + 8 * SPI + 4, 8, -1);
        gicr.write(1, 0x14, 8, 0);
        assertEquals(7, errors.of(GuestError.BAD_ACCESS_SIZE));
        assertEquals(0, gicd(0x104));
        gicd(0x4, 0);
        gicd(0xffe8, 0);
        gicr(0x8, 0);
        assertEquals(3, errors.of(GuestError.READ_ONLY_REGISTER));
        assertEquals(0, gicd(0x40));
        assertEquals(0, gicr(0xa0));
        assertEquals(2, errors.of(GuestError.WRITE_ONLY_REGISTER));
        assertEquals(0, gicd(0x5000));
        assertEquals(0, gicd(0x20));
        gicr(0x20, 1);
        gicr(SGI + 0x104, 1);
        assertEquals(0, gicr(SGI + 0x420));
        assertEquals(0, gicr(SGI + 0xc08));
        assertEquals(6, errors.of(GuestError.RESERVED_REGISTER));
        gicd(0x40, 1020);
        assertEquals(1, errors.of(GuestError.ILLEGAL_VECTOR));
    }

    @Test
    void switchesLpisOnForGood() {
        setUp();
        configuration[3] = (byte) 0xa1;
        gicr(0x40, 8195);
        assertEquals(1023, icc.read(IccRegister.IAR1), "dropped: LPIs are off");
        gicr.write(1, 0x70, 8, -1);
        assertEquals(0x070f_ffff_ffff_ff9fL, gicr.read(1, 0x70, 8));
        gicr.write(1, 0x78, 8, -1);
        assertEquals(0x070f_ffff_ffff_0f80L, gicr.read(1, 0x78, 8), "PTZ is write-only");
        gicr(0x0, 1);
        gicr(0x0, 0);
        assertEquals(1, gicr(0x0));
        gicr.write(1, 0x70, 8, 0);
        assertEquals(0xffff_ff9fL, gicr(0x70), "not while LPIs are on");
        gicr(0x40, 8195);
        assertEquals(8195, icc.read(IccRegister.IAR1));
        icc.write(IccRegister.EOIR1, 8195);
        gicr.write(1, 0x40, 8, 8195);
        gicr(0x48, 8195);
        assertEquals(1023, icc.read(IccRegister.IAR1));
        gicr(0x40, 8196);
        configuration[4] = 1;
        assertEquals(1023, icc.read(IccRegister.IAR1));
        gicr(0xa0, 8196);
        assertEquals(8196, icc.read(IccRegister.IAR1));
        icc.write(IccRegister.EOIR1, 8196);
        gicr(0x40, 8197);
        configuration[5] = 1;
        gicr(0xb0, 0);
        assertEquals(8197, icc.read(IccRegister.IAR1));
        assertEquals(0, gicr(0xc0));
    }

    @Test
    void holdsEverythingBackWhileAsleep() {
        setUp();
        gicr(0x14, 0x2);
        assertEquals(0x6, gicr(0x14));
        icc.write(IccRegister.SGI1R, 2L << 24 | 1 << 1);
        assertEquals(1023, icc.read(IccRegister.IAR1));
        gicr(0x14, 0);
        assertEquals(2, icc.read(IccRegister.IAR1));
    }

    @Test
    void excludesACpuFromOneOfN() {
        setUp();
        gicd(0x104, 1 << 8);
        gicd.write(1, 0x6000 + 8 * SPI, 8, Distributor.ANY_ONE);
        gicr(0x0, 1 << 25);
        assertEquals(1 << 25, gicr(0x0));
        gicd(0x40, SPI);
        assertEquals(1023, icc.read(IccRegister.IAR1), "the only other CPU is asleep");
        gicr(0x0, 0);
        assertEquals(SPI, icc.read(IccRegister.IAR1));
    }

    @Test
    void sharesABinaryPointOnRequest() {
        icc.write(IccRegister.BPR0, 4);
        icc.write(IccRegister.BPR1, 0);
        assertEquals(3, icc.read(IccRegister.BPR1), "not below the minimum");
        icc.write(IccRegister.CTLR, 1);
        assertEquals(5, icc.read(IccRegister.BPR1));
        icc.write(IccRegister.BPR1, 7);
        icc.write(IccRegister.BPR0, 7);
        assertEquals(7, icc.read(IccRegister.BPR1), "capped");
        icc.write(IccRegister.CTLR, 0);
        assertEquals(3, icc.read(IccRegister.BPR1), "the write was ignored");
    }

    @Test
    void findsSystemRegistersByTheirEncoding() {
        int pmr = 3 << 19 | 4 << 12 | 6 << 8;
        icc.write(pmr, 0x80);
        assertEquals(0x80, icc.read(pmr));
        int iar1 = 3 << 19 | 12 << 12 | 12 << 8;
        assertEquals(1023, icc.read(iar1));
        icc.write(iar1, 1);
        assertEquals(1, errors.of(GuestError.READ_ONLY_REGISTER));
        icc.read(IccRegister.EOIR1);
        assertEquals(1, errors.of(GuestError.WRITE_ONLY_REGISTER));
        assertEquals(0, icc.read(iar1 | 2));
        assertEquals(0, icc.read(IccRegister.AP0R1), "5 bits of preemption have one register");
        icc.write(IccRegister.AP1R3, 1);
        assertEquals(3, errors.of(GuestError.RESERVED_REGISTER));
    }

    @Test
    void restoresActivePriorities() {
        setUp();
        icc.write(IccRegister.AP1R0, 1 << 8);
        assertEquals(0x40, icc.read(IccRegister.RPR));
        assertTrue(machine.port(1).inService());
        icc.write(IccRegister.SGI1R, 2L << 24 | 1 << 1);
        machine.redistributor(1).banked().setPriority(2, 0x40);
        assertEquals(1023, icc.read(IccRegister.IAR1));
        icc.write(IccRegister.AP1R0, 0);
        assertFalse(machine.port(1).inService());
        assertEquals(2, icc.read(IccRegister.IAR1));
    }
}
