package org.irqlab.hw.intc.apic;

/**
 * What one APIC or device asks of others, as the x2APIC's interrupt command register (ICR) holds
 * it: the one form on the bus, whoever sends.
 *
 * <p>Vector 7:0, delivery mode 10:8, logical destination 11, level 14, level-triggered 15,
 * shorthand 19:18, destination 63:32. A redirection entry, a message and a local vector table entry
 * have the same low bits.
 */
final class InterruptCommand {
    /** Delivery modes, bits 10:8. */
    static final int FIXED = 0;

    static final int LOWEST_PRIORITY = 1;
    static final int SMI = 2;
    static final int RESERVED = 3;
    static final int NMI = 4;
    static final int INIT = 5;
    static final int STARTUP = 6;
    static final int EXT_INT = 7;

    /** Shorthands, bits 19:18. */
    static final int NO_SHORTHAND = 0;

    static final int SELF = 1;
    static final int ALL_INCLUDING_SELF = 2;
    static final int ALL_EXCLUDING_SELF = 3;

    /** Destination that means every CPU. */
    static final int EVERYONE = 0xffff_ffff;

    /** Destination that means every CPU where there are eight bits for it. */
    static final int EVERYONE_XAPIC = 0xff;

    static final int LOGICAL = 1 << 11;
    static final int ASSERT = 1 << 14;
    static final int LEVEL = 1 << 15;

    private static final int SHORTHAND_SHIFT = 18;
    private static final int XAPIC_DESTINATION_SHIFT = 56;

    private InterruptCommand() {}

    static long of(int low, int destination) {
        return (long) destination << Integer.SIZE | Integer.toUnsignedLong(low);
    }

    /** From the xAPIC's layout, which has the destination in bits 63:56. */
    static long ofXapic(long icr) {
        return of((int) icr, widened((int) (icr >>> XAPIC_DESTINATION_SHIFT)));
    }

    /** An 8-bit destination as the bus has it. */
    static int widened(int destination) {
        return destination == EVERYONE_XAPIC ? EVERYONE : destination;
    }

    /** The xAPIC's register value of a fixed interrupt to one physical destination. */
    static long fixed(int destination, int vector) {
        return (long) destination << XAPIC_DESTINATION_SHIFT | vector;
    }

    static int vector(long command) {
        return (int) command & 0xff;
    }

    static int mode(long command) {
        return (int) (command >>> 8) & 7;
    }

    static boolean logical(long command) {
        return (command & LOGICAL) != 0;
    }

    static int shorthand(long command) {
        return (int) (command >>> SHORTHAND_SHIFT) & 3;
    }

    static int destination(long command) {
        return (int) (command >>> Integer.SIZE);
    }

    /** Whether the mode asks for a vector of the request register. */
    static boolean requestsVector(long command) {
        return mode(command) <= LOWEST_PRIORITY;
    }

    /** Whether it is the level-triggered de-assertion of INIT, which no CPU of today hears. */
    static boolean initDeassert(long command) {
        return mode(command) == INIT && (command & (LEVEL | ASSERT)) == LEVEL;
    }
}
