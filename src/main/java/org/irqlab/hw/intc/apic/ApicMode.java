package org.irqlab.hw.intc.apic;

/** How a local APIC is reached, as its IA32_APIC_BASE register says. */
public enum ApicMode {
    /** Not at all: it takes no message, and its CPU runs as one without an APIC. */
    DISABLED,
    /** Registers in memory, 8-bit ids. */
    XAPIC,
    /** Registers in MSRs, 32-bit ids. */
    X2APIC;

    private static final ApicMode[] BY_CODE = values();

    static ApicMode of(int code) {
        return BY_CODE[code];
    }
}
