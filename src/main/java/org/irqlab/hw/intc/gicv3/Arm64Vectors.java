package org.irqlab.hw.intc.gicv3;

import org.irqlab.hw.intc.SystemVectors;

/**
 * Linux's use of the INTIDs on arm64: a vector is an INTID.
 *
 * <p>The local timer is the virtual one, whose PPI Linux takes unless it runs as a hypervisor: the
 * physical timer of EL1 (PPI 30) belongs to the host then.
 *
 * <p>Devices have SPIs: whatever sends its message to GICD_SETSPI_NSR names one, and lines are
 * SPIs. An SPI has one route for the whole machine, so a number is allocated once, not once for
 * each CPU. LPIs are given out with the tables of the translation service and are not vectors here.
 *
 * @see "Linux 6.12 arch/arm64/kernel/smp.c, enum ipi_msg_type"
 */
public final class Arm64Vectors implements SystemVectors {
    static final int RESCHEDULE = 0;
    static final int CALL_FUNCTION = 1;
    static final int IRQ_WORK = 5;
    static final int PLATFORM_IPI = 15;

    /** PPI of the virtual timer of EL1. */
    static final int VIRTUAL_TIMER = 27;

    /** PPI of the physical timer of EL1. */
    static final int PHYSICAL_TIMER = 30;

    private final int lastDevice;

    Arm64Vectors(int spis) {
        lastDevice = IntIds.FIRST_SPI + spis - 1;
    }

    @Override
    public int localTimer() {
        return VIRTUAL_TIMER;
    }

    @Override
    public int reschedule() {
        return RESCHEDULE;
    }

    @Override
    public int callFunction() {
        return CALL_FUNCTION;
    }

    /** The same as {@link #callFunction}: arm64 has one message for both. */
    @Override
    public int callFunctionSingle() {
        return CALL_FUNCTION;
    }

    @Override
    public int irqWork() {
        return IRQ_WORK;
    }

    /** Linux has none: the last SGI, which it leaves to secure firmware. */
    @Override
    public int platformIpi() {
        return PLATFORM_IPI;
    }

    @Override
    public int firstDevice() {
        return IntIds.FIRST_SPI;
    }

    @Override
    public int lastDevice() {
        return lastDevice;
    }

    @Override
    public boolean allocatable(int vector) {
        return vector >= IntIds.FIRST_SPI && vector <= lastDevice;
    }
}
