package org.irqlab.base;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CacheLinesTest {
    @Test
    void countsNeighboursThatMayShareALine() {
        assertEquals(3, CacheLines.sharing(4, Long.BYTES));
        assertEquals(3, CacheLines.sharing(4, 64), "the prefetcher takes pairs");
        assertEquals(0, CacheLines.sharing(4, CacheLines.PAIR_BYTES));
        assertEquals(0, CacheLines.sharing(1, Long.BYTES));
    }
}
