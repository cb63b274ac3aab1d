package org.irqlab.hw.intc.gicv3;

import org.irqlab.base.HotPath;

/**
 * The whole state of one interrupt as bits of one {@code int}, so that every transition is one
 * compare-and-set and nothing about an interrupt is ever half changed.
 *
 * <pre>
 * 31    30..16   15..8      6       5     4           3         2        1      0
 * 0 |  target | priority | group1 | edge | forwarded | enabled | active | line | latch
 * </pre>
 *
 * <p>{@link #FORWARDED} is the distributor's enable of the interrupt's group, copied into each word
 * when one of the two is written: so an acknowledge that came after the write cannot miss it.
 */
@HotPath
final class InterruptWord {
    /** Pending since an edge, an SGI, a message or a write to a set-pending register. */
    static final int LATCH = 1;

    /** The input is high. */
    static final int LINE = 1 << 1;

    /** Acknowledged and not deactivated yet. */
    static final int ACTIVE = 1 << 2;

    /** By its own enable bit. */
    static final int ENABLED = 1 << 3;

    /** The distributor forwards its group. */
    static final int FORWARDED = 1 << 4;

    /** Edge-triggered; level-sensitive if clear. */
    static final int EDGE = 1 << 5;

    /** Member of group 1; of group 0 if clear. */
    static final int GROUP1 = 1 << 6;

    static final int PRIORITY_SHIFT = 8;
    static final int PRIORITY = 0xff << PRIORITY_SHIFT;
    static final int TARGET_SHIFT = 16;

    /** Target CPU of an interrupt whose route leads to no CPU: it stays pending. */
    static final int NOBODY = 0x7fff;

    static final int TARGET = NOBODY << TARGET_SHIFT;

    private static final int OPEN = ENABLED | FORWARDED;

    private InterruptWord() {}

    static int target(int word) {
        return word >>> TARGET_SHIFT & NOBODY;
    }

    static int priority(int word) {
        return word >>> PRIORITY_SHIFT & 0xff;
    }

    /** The number of the group: 0 or 1. */
    static int group(int word) {
        return (word & GROUP1) == 0 ? 0 : 1;
    }

    /** Pending by its latch, or by its level. */
    static boolean pending(int word) {
        return (word & LATCH) != 0 || (word & (EDGE | LINE)) == LINE;
    }

    static boolean active(int word) {
        return (word & ACTIVE) != 0;
    }

    /** Whether neither its own enable bit nor its group's holds it back. */
    static boolean open(int word) {
        return (word & OPEN) == OPEN;
    }

    /** Whether it is pending and may be delivered to its target, as far as the interrupt goes. */
    static boolean eligible(int word) {
        return (word & (OPEN | ACTIVE)) == OPEN && pending(word);
    }

    /** What an acknowledge leaves: the latch is taken; a level that is still high stays pending. */
    static int taken(int word, int activeBit) {
        return word & ~LATCH | activeBit;
    }
}
