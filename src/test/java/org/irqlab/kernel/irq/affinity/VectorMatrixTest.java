package org.irqlab.kernel.irq.affinity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The allocator of vectors; I-36. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class VectorMatrixTest {
    private static final CpuMask BOTH = CpuMask.first(2);

    private final VectorMatrix matrix = matrix(2, 4);

    /** Vectors 32 to 31 + {@code vectors}, with a hole at 33. */
    private static VectorMatrix matrix(int cpus, int vectors) {
        var usable = new BitSet();
        usable.set(32, 33 + vectors);
        usable.clear(33);
        return new VectorMatrix(cpus, usable);
    }

    private static String text(VectorMatrix.Slot slot) {
        return slot.found() ? slot.cpu() + ":" + slot.vector() : "none";
    }

    @Test
    void takesTheCpuWithMostLeftAndItsLowestVector() {
        assertEquals("0:32", text(matrix.allocate(BOTH, false)));
        assertEquals("1:32", text(matrix.allocate(BOTH, false)));
        assertEquals("0:34", text(matrix.allocate(BOTH, false)), "33 is not for devices");
        assertEquals("0:35", text(matrix.allocate(CpuMask.of(0), false)));
        assertEquals("1:34", text(matrix.allocate(BOTH, false)));
        matrix.free(0, 34, false);
        assertEquals("0:34", text(matrix.allocate(CpuMask.of(0), false)));
    }

    @Test
    void takesBlocksThatAreAlignedAndWhole() {
        VectorMatrix wide = matrix(2, 8);
        assertEquals("0:36", text(wide.allocateBlock(BOTH, 4)), "32 to 35 has a hole");
        assertEquals("1:34", text(wide.allocateBlock(BOTH, 2)));
        assertEquals("0:32", text(wide.allocate(CpuMask.of(0), false)));
        assertEquals("0:34", text(wide.allocateBlock(CpuMask.of(0), 2)));
        assertFalse(wide.allocateBlock(CpuMask.of(0), 2).found(), "40 is alone");
        for (int vector = 36; vector < 40; vector++) {
            wide.free(0, vector, false);
        }
        assertEquals("0:36", text(wide.allocateBlock(CpuMask.of(0), 4)));
    }

    @Test
    void hasNoMoreThanThereAre() {
        for (int i = 0; i < 8; i++) {
            assertTrue(matrix.allocate(BOTH, false).found());
        }
        assertFalse(matrix.allocate(BOTH, false).found());
        assertEquals(0, matrix.globalAvailable());
        matrix.free(1, 32, false);
        assertEquals("1:32", text(matrix.allocate(BOTH, false)));
    }

    @Test
    void turnsAReservationIntoAVector() {
        matrix.reserve();
        matrix.reserve();
        assertEquals(8, matrix.globalAvailable(), "a promise takes nothing");
        matrix.allocate(BOTH, true);
        assertEquals(1, matrix.globalReserved());
        matrix.removeReserved();
        assertEquals(0, matrix.globalReserved());
    }

    @Test
    void setsAManagedVectorAsideOnEveryCpuOfTheMask() {
        assertTrue(matrix.reserveManaged(BOTH));
        assertEquals(3, matrix.available(0));
        assertEquals(1, matrix.managed(1));
        assertEquals("1:32", text(matrix.allocateManaged(BOTH)), "the last of equal ones");
        assertEquals(3, matrix.available(1), "it was taken when it was set aside");
        assertFalse(matrix.allocateManaged(CpuMask.of(1)).found(), "one was set aside, no more");
        assertEquals("0:34", text(matrix.allocate(CpuMask.of(0), false)), "32 is set aside");
        matrix.free(1, 32, true);
        matrix.removeManaged(BOTH);
        assertEquals(4, matrix.available(1));
    }

    @Test
    void setsNothingAsideWhereOneCpuIsFull() {
        for (int i = 0; i < 4; i++) {
            matrix.allocate(CpuMask.of(1), false);
        }
        assertFalse(matrix.reserveManaged(BOTH));
        assertEquals(4, matrix.available(0));
    }

    @Test
    void usesOnlineCpusOnly() {
        matrix.reserveManaged(BOTH);
        matrix.offline(1);
        assertEquals("0:32", text(matrix.allocateManaged(BOTH)));
        assertFalse(matrix.allocate(CpuMask.of(1), false).found());
        assertEquals(3, matrix.globalAvailable());
        matrix.online(1);
        assertEquals("1:34", text(matrix.allocate(CpuMask.of(1), false)));
    }

    @Test
    void refusesToFreeWhatIsFree() {
        assertThrows(IllegalStateException.class, () -> matrix.free(0, 32, false));
        assertThrows(IllegalStateException.class, () -> matrix.removeManaged(BOTH));
    }

    @Test
    void neverGivesASlotTwice() {
        for (int seed = 0; seed < 64; seed++) {
            run(new Random(seed));
        }
    }

    private static void run(Random random) {
        int cpus = 1 + random.nextInt(6);
        VectorMatrix tested = matrix(cpus, 6);
        List<VectorMatrix.Slot> held = new ArrayList<>();
        List<VectorMatrix.Slot> managed = new ArrayList<>();
        Set<VectorMatrix.Slot> all = new HashSet<>();
        int[] aside = new int[cpus];
        for (int i = 0; i < 256; i++) {
            CpuMask mask = CpuMask.of(random.nextInt(cpus)).with(random.nextInt(cpus));
            switch (random.nextInt(6)) {
                case 0, 1 -> keep(tested.allocate(mask, false), held, all);
                case 2 -> {
                    if (tested.reserveManaged(mask)) {
                        mask.forEach(cpu -> aside[cpu]++);
                    }
                }
                case 3 -> keep(tested.allocateManaged(mask), managed, all);
                case 4 -> drop(tested, held, all, false, random);
                default -> drop(tested, managed, all, true, random);
            }
            for (int cpu = 0; cpu < cpus; cpu++) {
                int here = cpu;
                int used = (int) held.stream().filter(s -> s.cpu() == here).count();
                assertEquals(6, tested.available(cpu) + used + aside[cpu], "I-36");
                assertEquals(aside[cpu], tested.managed(cpu));
            }
        }
    }

    private static void keep(
            VectorMatrix.Slot slot, List<VectorMatrix.Slot> list, Set<VectorMatrix.Slot> all) {
        if (slot.found()) {
            assertTrue(all.add(slot), "I-36: given twice: " + slot);
            list.add(slot);
        }
    }

    private static void drop(
            VectorMatrix tested,
            List<VectorMatrix.Slot> list,
            Set<VectorMatrix.Slot> all,
            boolean managed,
            Random random) {
        if (!list.isEmpty()) {
            var slot = list.remove(random.nextInt(list.size()));
            all.remove(slot);
            tested.free(slot.cpu(), slot.vector(), managed);
        }
    }
}
