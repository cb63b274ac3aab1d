package org.irqlab.hw.intc;

/**
 * What became of one fired interrupt, decided by the same atomic operation that changed (or did not
 * change) the controller's state.
 *
 * <p>Because of that, the outcomes of a source add up exactly: {@code fired} is the sum over all
 * constants, and {@link #LATCHED} fires become deliveries or are still latched.
 */
public enum FireOutcome {
    /** The request bit of the target CPU went from clear to set: one delivery will follow. */
    LATCHED,
    /** The request bit was set already: the delivery of the earlier fire covers this one. */
    COALESCED,
    /** The source was masked and its pending bit went from clear to set: unmasking sends it. */
    PENDED_MASKED,
    /** The source was masked and its pending bit was set already. */
    COALESCED_MASKED,
    /** The source's interrupt function is switched off; nothing remembers this fire. */
    DROPPED_DISABLED,
    /**
     * The vector is one that the architecture reserves; the error is recorded in the controller.
     */
    DROPPED_ILLEGAL_VECTOR,
    /** No CPU of this machine is addressed, or the message is of a kind that no CPU takes. */
    DROPPED_NO_TARGET,
    /** An edge came while its pin was masked; edges leave nothing behind, so it is lost. */
    IGNORED_MASKED_EDGE,
    /** The line did not go from inactive to active, which is all that an edge pin hears. */
    IGNORED_NO_EDGE;

    /** Whether nothing will ever be delivered for this fire, and nothing earlier covers it. */
    public boolean dropped() {
        return this == DROPPED_DISABLED
                || this == DROPPED_ILLEGAL_VECTOR
                || this == DROPPED_NO_TARGET
                || this == IGNORED_MASKED_EDGE
                || this == IGNORED_NO_EDGE;
    }
}
