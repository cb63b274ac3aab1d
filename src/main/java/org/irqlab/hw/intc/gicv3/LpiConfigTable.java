package org.irqlab.hw.intc.gicv3;

/**
 * The LPI configuration table in memory, as the redistributors read it.
 *
 * <p><b>Threads.</b> Any: whichever asks for an invalidation.
 *
 * @see "Arm IHI 0069, LPI Configuration tables"
 */
@FunctionalInterface
public interface LpiConfigTable {
    /** Every LPI enabled, at the priority that Linux gives to all interrupts. */
    LpiConfigTable ALL_ENABLED = intid -> (byte) (GicSettings.LINUX_PRIORITY | 1);

    /** The configuration byte of one LPI: priority 7:2, enable 0. */
    byte configuration(int intid);
}
