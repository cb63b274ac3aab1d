package org.irqlab.hw.intc;

/** What became of an access to a model-specific register. */
public enum MsrAccess {
    /** It took place. */
    DONE,
    /** It did not: the CPU raises a general protection fault instead. */
    GENERAL_PROTECTION
}
