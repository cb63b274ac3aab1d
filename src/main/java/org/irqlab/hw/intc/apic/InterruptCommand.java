package org.irqlab.hw.intc.apic;

/**
 * A value of the interrupt command register (ICR, xAPIC layout), taken apart.
 *
 * @param vector the vector to request
 * @param deliveryMode bits 10:8
 * @param logical whether the destination is a logical one
 * @param shorthand which CPUs are meant without naming them
 * @param destination physical or logical id, bits 63:56
 */
record InterruptCommand(
        int vector, int deliveryMode, boolean logical, Shorthand shorthand, int destination) {
    /** Bits 19:18, in the order of their codes. */
    enum Shorthand {
        NONE,
        SELF,
        ALL_INCLUDING_SELF,
        ALL_EXCLUDING_SELF;

        private static final Shorthand[] BY_CODE = values();
    }

    static InterruptCommand of(long icr) {
        return new InterruptCommand(
                (int) icr & 0xff,
                (int) (icr >>> 8) & 7,
                (icr & 1 << 11) != 0,
                Shorthand.BY_CODE[(int) (icr >>> 18) & 3],
                (int) (icr >>> 56));
    }

    /** The register value of a fixed interrupt to one physical destination. */
    static long fixed(int destination, int vector) {
        return (long) destination << 56 | vector;
    }
}
