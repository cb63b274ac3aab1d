package org.irqlab.base;

/** Whether words that different CPUs write lie on one cache line, so that they fight for it. */
public final class CacheLines {
    /** A pair of lines: the prefetcher of adjacent lines fetches both. */
    public static final int PAIR_BYTES = 128;

    private CacheLines() {}

    /**
     * Returns how many neighbours in a row of {@code words} words, {@code strideBytes} apart, may
     * share a pair of lines; the array's own place in memory is not known.
     */
    public static int sharing(int words, int strideBytes) {
        return strideBytes >= PAIR_BYTES ? 0 : words - 1;
    }
}
