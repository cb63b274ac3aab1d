package org.irqlab.hw.pci;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;

/**
 * How the device behind a function signals: by MSI-X if the driver has enabled it, else by MSI,
 * else by the function's pin.
 *
 * <p><b>Threads.</b> Any. <b>Progress.</b> With MSI-X or MSI as their fires; with the pin as {@link
 * IntxLine}.
 */
public final class PciInterrupts {
    private final MsixTable msix;
    private final MsiCapability msi;
    private final IntxLine intx;

    /**
     * The ways that a function has.
     *
     * @param msix its MSI-X table, or {@code null}
     * @param msi its MSI capability, or {@code null}
     * @param intx its line
     */
    public PciInterrupts(MsixTable msix, MsiCapability msi, IntxLine intx) {
        this.msix = msix;
        this.msi = msi;
        this.intx = intx;
    }

    /**
     * Signals the device's interrupt {@code number}. By pin, all of them are one, and stay asserted
     * until {@link IntxLine#lower}.
     *
     * @param number from 0, below the size of the MSI-X table
     */
    @HotPath
    public FireOutcome fire(int number) {
        if (msix != null) {
            FireOutcome outcome = msix.fire(number);
            // Dropped with MSI-X on: by the bus master, or by the interrupt controller.
            if (outcome != FireOutcome.DROPPED_DISABLED || msix.enabled()) {
                return outcome;
            }
        }
        return fireWithoutMsix(number);
    }

    private FireOutcome fireWithoutMsix(int number) {
        if (msi != null) {
            FireOutcome outcome = msi.fire(number);
            if (outcome != FireOutcome.DROPPED_DISABLED || msi.enabled()) {
                return outcome;
            }
        }
        return intx.raise();
    }
}
