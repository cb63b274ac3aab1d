package org.irqlab.lab.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.stream.LongStream;

@Timeout(30)
class StageRowTest {
    /** Sample and rank are the same number. */
    private static long[] ranks(int count) {
        return LongStream.rangeClosed(1, count).toArray();
    }

    @Test
    void takesTheSmallestSampleThatTheShareDoesNotExceed() {
        assertEquals(5, StageRow.quantile(ranks(10), 0.5));
        assertEquals(6, StageRow.quantile(ranks(11), 0.5));
        assertEquals(1, StageRow.quantile(ranks(10), 0));
        assertEquals(10, StageRow.quantile(ranks(10), 1));
        assertEquals(2, StageRow.quantile(ranks(10), 0.1 + 1e-9));
        assertEquals(0, StageRow.quantile(new long[0], 0.5));
    }

    @Test
    void findsTheRankOfEveryShareInThousandthsWhateverItIsInBinary() {
        for (int count : new int[] {1, 3, 10, 250, 999, 1_000, 1_001, 20_000, 1_000_000}) {
            long[] samples = ranks(count);
            for (int thousandths = 1; thousandths <= 1_000; thousandths++) {
                long rank = Math.ceilDiv((long) thousandths * count, 1_000);
                String what = thousandths + "/1000 of " + count;
                assertEquals(rank, StageRow.quantile(samples, thousandths / 1e3), what);
            }
        }
    }
}
