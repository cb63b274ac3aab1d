package org.irqlab.hw.intc.apic.pin;

/**
 * What became of levels that an interrupt pin could not send at once. At quiescence the {@code
 * PENDED_MASKED} outcomes of all who drive the lines equal {@link #pended()}.
 *
 * @param held levels that came while their pin was masked, and still wait
 * @param heldSent such levels that were sent afterwards
 * @param withdrawn such levels that went away before, or whose pin was made an edge pin
 * @param damped re-sends that were delayed as a storm
 */
public record PinCounts(int held, long heldSent, long withdrawn, long damped) {
    /** All levels that came while their pin was masked. */
    public long pended() {
        return held + heldSent + withdrawn;
    }
}
