package org.irqlab.hw.pci;

import org.irqlab.hw.intc.FireOutcome;

/**
 * The level-triggered interrupt of one function: what its device wants, and whether that reaches
 * the pin.
 *
 * <p>The device's wish is the interrupt status bit of the function. It is asserted on the pin
 * unless the driver has set interrupt disable, or has enabled MSI or MSI-X.
 *
 * <p>An INTx does <em>not</em> push the device's earlier writes ahead of it. A handler that looks
 * at memory which the device wrote must read one of its registers first; see {@link DmaWrites}.
 *
 * <p><b>Threads.</b> Any. <b>Progress.</b> Blocking: a lock keeps the levels at the pin in the
 * order of their causes. A function that sends messages takes it only to switch over.
 *
 * @see "PCI Local Bus Specification 3.0, Interrupt Pins; Device Control, Interrupt Disable"
 */
public final class IntxLine {
    private final IntxPin pin;
    // Guarded by this.
    private boolean wanted;
    private boolean disabled;
    private boolean silenced;
    private boolean asserted;

    /** A line at rest. */
    public IntxLine(IntxPin pin) {
        this.pin = pin;
    }

    /**
     * The device asserts its interrupt, until it {@link #lower}s it.
     *
     * @return {@link FireOutcome#LATCHED} if the pin was at rest; {@link FireOutcome#COALESCED} if
     *     it was asserted already; {@link FireOutcome#PENDED_MASKED} or {@link
     *     FireOutcome#COALESCED_MASKED} likewise, if only the status bit shows it
     */
    public synchronized FireOutcome raise() {
        boolean again = wanted;
        wanted = true;
        drive();
        if (asserted) {
            return again ? FireOutcome.COALESCED : FireOutcome.LATCHED;
        }
        return again ? FireOutcome.COALESCED_MASKED : FireOutcome.PENDED_MASKED;
    }

    /** The device has been served. */
    public synchronized void lower() {
        wanted = false;
        drive();
    }

    /** The interrupt status bit: whether the device wants service, on the pin or not. */
    public synchronized boolean status() {
        return wanted;
    }

    /** Whether the pin is asserted. */
    public synchronized boolean asserted() {
        return asserted;
    }

    /** The driver writes interrupt disable. */
    synchronized void disable(boolean on) {
        disabled = on;
        drive();
    }

    /** Messages are enabled, or not any more. */
    synchronized void silence(boolean on) {
        silenced = on;
        drive();
    }

    private void drive() {
        boolean next = wanted && !disabled && !silenced;
        if (next != asserted) {
            asserted = next;
            pin.level(next);
        }
    }
}
