package org.irqlab.hw.intc.gicv3;

import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.RegisterBlock;

/**
 * The distributor's register frame (GICD).
 *
 * <p>Writes take effect before they return, so that GICD_CTLR.RWP reads 0.
 *
 * @see "Arm IHI 0069, The GIC Distributor register map"
 */
public final class GicDistributorRegisters implements RegisterBlock {
    static final int CTLR = 0x0000;
    static final int TYPER = 0x0004;
    static final int IIDR = 0x0008;
    static final int TYPER2 = 0x000c;
    static final int STATUSR = 0x0010;
    static final int SETSPI_NSR = GicController.SETSPI_NSR;
    static final int CLRSPI_NSR = GicController.CLRSPI_NSR;
    static final int SETSPI_SR = 0x0050;
    static final int CLRSPI_SR = 0x0058;
    static final int SGIR = 0x0f00;
    static final int CPENDSGIR = 0x0f10;
    static final int SPENDSGIR_END = 0x0f30;
    static final int IROUTER = 0x6000;
    static final int IROUTER_END = IROUTER + IntIds.FIRST_SPECIAL * Long.BYTES;

    /** GICD_CTLR: affinity routing, always on. */
    static final int ARE = 1 << 4;

    /** GICD_CTLR: one security state. */
    static final int DS = 1 << 6;

    private static final int SIZE = 0x1_0000;
    private static final int MESSAGE_BASED = 1 << 16;
    private static final int LPIS = 1 << 17;
    private static final int AFFINITY3_VALID = 1 << 24;
    private static final int RANGE_SELECTOR = 1 << 26;
    private static final int MESSAGE_INTID = 0x1fff;

    private final GicSettings settings;
    private final Distributor distributor;
    private final InterruptRegisters interrupts;
    private final GuestErrorSink errors;

    /** The registers of {@code machine}'s distributor. */
    public GicDistributorRegisters(GicController machine, GuestErrorSink errors) {
        settings = machine.settings();
        distributor = machine.distributor();
        interrupts = new InterruptRegisters(distributor.spis(), distributor, errors);
        this.errors = errors;
    }

    @Override
    public long size() {
        return SIZE;
    }

    private long refuse(GuestError error, int cpu, long offset, long value) {
        errors.guestError(error, cpu, offset, value);
        return 0;
    }

    private static boolean router(long offset) {
        return offset >= IROUTER && offset < IROUTER_END;
    }

    private static boolean aligned(long offset, int bytes) {
        boolean wide = bytes == Integer.BYTES || bytes == Long.BYTES && router(offset);
        return wide && offset % bytes == 0;
    }

    @Override
    public long read(int cpu, long offset, int bytes) {
        if (InterruptRegisters.contains(offset)) {
            return interrupts.read(cpu, (int) offset, bytes);
        }
        if (!aligned(offset, bytes)) {
            return refuse(GuestError.BAD_ACCESS_SIZE, cpu, offset, 0);
        }
        if (router(offset)) {
            int intid = (int) (offset - IROUTER) / Long.BYTES;
            long route = distributor.spis().has(intid) ? distributor.route(intid) : 0;
            return RegisterBits.part(route, offset % Long.BYTES, bytes);
        }
        if (offset >= RegisterBits.IDENTIFICATION && offset < SIZE) {
            return RegisterBits.identity(offset, RegisterBits.DISTRIBUTOR_PART);
        }
        if (offset >= CPENDSGIR && offset < SPENDSGIR_END) {
            return 0;
        }
        return switch ((int) offset) {
            case CTLR -> ARE | DS | distributor.control();
            case TYPER -> typer();
            case IIDR -> RegisterBits.IIDR;
            case TYPER2, STATUSR -> 0;
            case SETSPI_NSR, CLRSPI_NSR, SETSPI_SR, CLRSPI_SR, SGIR ->
                    refuse(GuestError.WRITE_ONLY_REGISTER, cpu, offset, 0);
            default -> refuse(GuestError.RESERVED_REGISTER, cpu, offset, 0);
        };
    }

    private long typer() {
        int lines = (IntIds.FIRST_SPI + settings.spis() + 31) / 32 - 1;
        int bits = settings.intidBits();
        return lines
                | MESSAGE_BASED
                | (settings.lpis() == 0 ? 0 : LPIS)
                | bits - 1 << 19
                | AFFINITY3_VALID
                | RANGE_SELECTOR;
    }

    @Override
    public void write(int cpu, long offset, int bytes, long value) {
        if (InterruptRegisters.contains(offset)) {
            interrupts.write(cpu, (int) offset, bytes, value);
        } else if (!aligned(offset, bytes)) {
            refuse(GuestError.BAD_ACCESS_SIZE, cpu, offset, value);
        } else if (router(offset)) {
            writeRoute((int) (offset - IROUTER) / Long.BYTES, offset % Long.BYTES, bytes, value);
        } else if (offset >= RegisterBits.IDENTIFICATION && offset < SIZE) {
            refuse(GuestError.READ_ONLY_REGISTER, cpu, offset, value);
        } else if (offset < CPENDSGIR || offset >= SPENDSGIR_END) {
            writeControl(cpu, (int) offset, value);
        }
    }

    private void writeRoute(int intid, long part, int bytes, long value) {
        if (distributor.spis().has(intid)) {
            distributor.mergeRoute(intid, part, bytes, value);
        }
    }

    private void writeControl(int cpu, int offset, long value) {
        switch (offset) {
            case CTLR -> distributor.writeControl((int) value);
            case SETSPI_NSR -> distributor.setPending((int) value & MESSAGE_INTID);
            case CLRSPI_NSR -> distributor.clearPending((int) value & MESSAGE_INTID);
            case STATUSR, SETSPI_SR, CLRSPI_SR, SGIR -> {
                // Write-ignored with one security state, and with affinity routing.
            }
            case TYPER, IIDR, TYPER2 -> refuse(GuestError.READ_ONLY_REGISTER, cpu, offset, value);
            default -> refuse(GuestError.RESERVED_REGISTER, cpu, offset, value);
        }
    }
}
