package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.hw.intc.FireOutcome;

/**
 * The part of one redistributor that the interrupt translation service reaches: the pending state
 * and the cached configuration of LPIs.
 *
 * <p><b>Threads.</b> Any. What the sender wrote before {@link #trigger}, whatever the outcome, is
 * visible to the CPU that acknowledges the LPI.
 *
 * @see "Arm IHI 0069, chapters LPIs and Interrupt Translation Service"
 */
public interface LpiRedistributor {
    /**
     * Makes an LPI pending.
     *
     * @param intid from 8192
     * @return {@link FireOutcome#LATCHED}; {@link FireOutcome#COALESCED} if it was pending already;
     *     {@link FireOutcome#PENDED_MASKED} and {@link FireOutcome#COALESCED_MASKED} likewise while
     *     its configuration has it disabled; {@link FireOutcome#DROPPED_ILLEGAL_VECTOR} if the
     *     table has no such LPI; {@link FireOutcome#DROPPED_DISABLED} while LPIs are switched off
     */
    FireOutcome trigger(int intid);

    /** Takes the pending state away: whether there was one. */
    boolean clear(int intid);

    /** Reads the configuration of one LPI from the configuration table again. */
    void invalidate(int intid);

    /** Reads the configuration of all LPIs again. */
    void invalidateAll();
}
