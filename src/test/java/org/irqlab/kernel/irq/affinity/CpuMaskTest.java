package org.irqlab.kernel.irq.affinity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.BitSet;
import java.util.Random;
import java.util.concurrent.TimeUnit;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class CpuMaskTest {
    @Test
    void printsAsSmpAffinityDoes() {
        assertEquals("f", CpuMask.first(4).hex(4));
        assertEquals("03", CpuMask.of(0, 1).hex(8));
        assertEquals("00000000,00000001", CpuMask.of(0).hex(64));
        assertEquals("1,00000000,80000002", CpuMask.of(1, 31, 64).hex(65));
        assertEquals("0", CpuMask.NONE.hex(2));
    }

    @Test
    void printsAsSmpAffinityListDoes() {
        assertEquals("0-3", CpuMask.first(4).list());
        assertEquals("0,2-3,70", CpuMask.of(70, 2, 0, 3).list());
        assertEquals("", CpuMask.NONE.list());
    }

    @Test
    void refusesANegativeCpu() {
        var refused = assertThrows(IllegalArgumentException.class, () -> CpuMask.of(1, -1));
        assertEquals("cpu=-1 < FIRST=0", refused.getMessage());
    }

    @Test
    void agreesWithBitSets() {
        var random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            BitSet a = some(random);
            BitSet b = some(random);
            CpuMask maskA = CpuMask.of(a.stream().toArray());
            CpuMask maskB = CpuMask.of(b.stream().toArray());
            var and = (BitSet) a.clone();
            and.and(b);
            var or = (BitSet) a.clone();
            or.or(b);
            var minus = (BitSet) a.clone();
            minus.andNot(b);
            assertEquals(CpuMask.of(and.stream().toArray()), maskA.and(maskB));
            assertEquals(CpuMask.of(or.stream().toArray()), maskA.or(maskB));
            assertEquals(CpuMask.of(minus.stream().toArray()), maskA.minus(maskB));
            assertEquals(!and.isEmpty(), maskA.intersects(maskB));
            assertEquals(a.cardinality(), maskA.count());
            assertEquals(a.nextSetBit(0), maskA.first());
            int cpu = random.nextInt(200);
            assertEquals(a.get(cpu), maskA.contains(cpu));
            assertTrue(maskA.with(cpu).contains(cpu));
            assertFalse(maskA.without(cpu).contains(cpu));
            assertEquals(a.nextSetBit(cpu), maskA.next(cpu));
        }
    }

    private static BitSet some(Random random) {
        var set = new BitSet();
        int highest = 1 + random.nextInt(150);
        for (int left = random.nextInt(20); left > 0; left--) {
            set.set(random.nextInt(highest));
        }
        return set;
    }
}
