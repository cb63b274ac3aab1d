package org.irqlab.hw.intc.apic;

/**
 * The entries of the local vector table: what the CPU's own sources request.
 *
 * <p>Vector 7:0, delivery mode 10:8, polarity 13, remote IRR 14 (read-only), level-triggered 15,
 * mask 16, timer mode 18:17; not every entry has all.
 */
public enum Lvt {
    /** Local timer: one-shot, periodic or TSC-deadline. */
    TIMER(0x320, 0x700ff),
    /** Thermal sensor. */
    THERMAL(0x330, 0x107ff),
    /** Performance counters; its delivery sets its mask, as on Intel's CPUs. */
    PERFORMANCE(0x340, 0x107ff),
    /** First local interrupt pin. */
    LINT0(0x350, 0x1a7ff),
    /** Second local interrupt pin. */
    LINT1(0x360, 0x1a7ff),
    /** Errors that this APIC records. */
    ERROR(0x370, 0x100ff);

    /** The mask bit of every entry. */
    public static final int MASKED = 1 << 16;

    private static final Lvt[] BY_INDEX = values();

    private final int offset;
    private final int writable;

    Lvt(int offset, int writable) {
        this.offset = offset;
        this.writable = writable;
    }

    /** Offset in the xAPIC's register block. */
    int offset() {
        return offset;
    }

    /** The bits that software may write. */
    int writable() {
        return writable;
    }

    boolean isPin() {
        return this == LINT0 || this == LINT1;
    }

    static Lvt at(long offset) {
        return BY_INDEX[(int) (offset - TIMER.offset >> 4)];
    }
}
