package org.irqlab.hw.intc.gicv3;

/**
 * The ranges of interrupt identifiers (INTIDs).
 *
 * @see "Arm IHI 0069, Distribution and Routing of Interrupts: INTIDs"
 */
final class IntIds {
    /** Software-generated interrupts are 0 to 15: one CPU sends them to others. */
    static final int SGIS = 16;

    /** Lowest shared peripheral interrupt; below are each CPU's own. */
    static final int FIRST_SPI = 32;

    /** Most shared peripheral interrupts: 32 to 1019. */
    static final int MAX_SPIS = 988;

    /** 1020 to 1023 name no interrupt. */
    static final int FIRST_SPECIAL = 1020;

    /** "No interrupt to deliver", as IAR and HPPIR report it. */
    static final int SPURIOUS = 1023;

    /** Lowest locality-specific peripheral interrupt. */
    static final int FIRST_LPI = 8192;

    private IntIds() {}

    static boolean sgi(int intid) {
        return intid >= 0 && intid < SGIS;
    }

    /** Whether each CPU has an interrupt of its own with this number: SGIs and PPIs. */
    static boolean banked(int intid) {
        return intid >= 0 && intid < FIRST_SPI;
    }

    static boolean special(int intid) {
        return intid >= FIRST_SPECIAL && intid <= SPURIOUS;
    }
}
