package org.irqlab.hw.intc.apic;

import org.irqlab.hw.intc.CpuInterruptPort;

/** Arithmetic of the 256 vectors of a local APIC. */
final class Vectors {
    /** Number of vectors, and bits in each of IRR, ISR and TMR. */
    static final int COUNT = 256;

    /** 64-bit words that hold {@link #COUNT} bits. */
    static final int WORDS = COUNT / Long.SIZE;

    /** Lowest vector that may be sent or received; lower ones belong to exceptions. */
    static final int LOWEST_LEGAL = 16;

    private Vectors() {}

    static boolean legal(int vector) {
        return vector >= LOWEST_LEGAL && vector < COUNT;
    }

    /** The priority class: vectors of one class never interrupt each other. */
    static int priorityClass(int vector) {
        return vector >> 4;
    }

    static int word(int vector) {
        return vector >>> 6;
    }

    /** The bit of {@code vector} in its word; the shift distance is taken modulo 64. */
    static long bit(int vector) {
        return 1L << vector;
    }

    /** The highest vector of one word that is not 0. */
    static int highest(int word, long bits) {
        return (word << 6) + (Long.SIZE - 1) - Long.numberOfLeadingZeros(bits);
    }

    /** "Nothing" as this package's registers report it. */
    static final int NONE = CpuInterruptPort.NONE;
}
