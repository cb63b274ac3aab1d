package org.irqlab.hw.intc.gicv3;

import org.irqlab.hw.intc.gicv3.its.ItsMemory;

/**
 * The LPI configuration table as Linux lays it out: a byte for each LPI, all disabled at first.
 *
 * <p><b>Threads.</b> Written under the driver's monitor; read by whoever executes its commands,
 * which the register that starts them orders.
 *
 * @see "Linux drivers/irqchip/irq-gic-v3-its.c, lpi_write_config"
 */
final class LpiProperties implements LpiConfigTable {
    private static final int ENABLED = 1;

    private final ItsMemory memory;
    private final long base;

    /**
     * Fills the table.
     *
     * @param base of the table in memory, a multiple of 8
     */
    LpiProperties(ItsMemory memory, long base, int lpis) {
        this.memory = memory;
        this.base = base;
        for (int n = 0; n < lpis; n++) {
            setEnabled(IntIds.FIRST_LPI + n, false);
        }
    }

    private long word(int intid) {
        return base + (intid - IntIds.FIRST_LPI & -Long.BYTES);
    }

    private static int shift(int intid) {
        return intid % Long.BYTES * Byte.SIZE;
    }

    void setEnabled(int intid, boolean enabled) {
        long property = GicSettings.LINUX_PRIORITY | (enabled ? ENABLED : 0);
        long others = memory.read64(word(intid)) & ~(0xffL << shift(intid));
        memory.write64(word(intid), others | property << shift(intid));
    }

    @Override
    public byte configuration(int intid) {
        return (byte) (memory.read64(word(intid)) >>> shift(intid));
    }
}
