package org.irqlab.kernel.irq.affinity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The even spread of CPUs over vectors; I-37. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class CpuGroupsTest {
    private static String text(List<CpuMask> groups) {
        return String.join(" | ", groups.stream().map(CpuMask::list).toList());
    }

    @Test
    void spreadsOneNodeEvenly() {
        CpuTopology flat = CpuTopology.flat(8);
        assertEquals("0-7", text(CpuGroups.spread(1, flat)));
        assertEquals("0-2 | 3-5 | 6-7", text(CpuGroups.spread(3, flat)));
        assertEquals("0 | 1 | 2 | 3 | 4 | 5 | 6 | 7", text(CpuGroups.spread(8, flat)));
        assertEquals(8, CpuGroups.spread(20, flat).size(), "no group without a CPU");
        assertEquals(List.of(), CpuGroups.spread(0, flat));
    }

    @Test
    void keepsSiblingsTogether() {
        var siblings = new ArrayList<CpuMask>();
        for (int cpu = 0; cpu < 8; cpu++) {
            siblings.add(CpuMask.of(cpu % 4, cpu % 4 + 4));
        }
        CpuMask all = CpuMask.first(8);
        var topology = new CpuTopology(all, all, List.of(all), siblings);
        assertEquals("0-1,4-5 | 2-3,6-7", text(CpuGroups.spread(2, topology)));
    }

    @Test
    void sharesOutByTheSizeOfTheNodes() {
        CpuMask all = CpuMask.first(8);
        var nodes = List.of(CpuMask.first(6), CpuMask.of(6, 7));
        var topology = new CpuTopology(all, all, nodes, CpuTopology.flat(8).siblings());
        assertEquals("0-1 | 2-3 | 4-5 | 6-7", text(CpuGroups.spread(4, topology)));
        assertEquals("0-5 | 6-7", text(CpuGroups.spread(2, topology)), "a node each");
        assertEquals("0-7", text(CpuGroups.spread(1, topology)));
    }

    @Test
    void spreadsThePresentOnesFirst() {
        CpuMask all = CpuMask.first(8);
        var topology =
                new CpuTopology(
                        all, CpuMask.first(4), List.of(all), CpuTopology.flat(8).siblings());
        assertEquals("0,4 | 1,5 | 2,6 | 3,7", text(CpuGroups.spread(4, topology)));
    }

    @Test
    void leavesTheFirstAndTheLastVectorsAnywhere() {
        var masks = CpuGroups.vectors(5, 1, 1, CpuTopology.flat(3));
        assertEquals("0-2 | 0 | 1 | 2 | 0-2", text(masks));
    }

    @Test
    void putsEveryCpuInExactlyOneGroupAndLeavesNoneEmpty() {
        var random = new Random(11);
        for (int i = 0; i < 3_000; i++) {
            CpuTopology topology = any(random);
            int cpus = topology.possible().count();
            int wanted = 1 + random.nextInt(cpus);
            var groups = CpuGroups.spread(wanted, topology);
            assertTrue(groups.size() <= wanted);
            CpuMask seen = CpuMask.NONE;
            for (CpuMask group : groups) {
                assertFalse(group.isEmpty(), "empty: " + text(groups) + " of " + topology);
                assertFalse(seen.intersects(group), "twice: " + text(groups));
                seen = seen.or(group);
            }
            assertEquals(topology.possible(), seen, text(groups));
        }
    }

    private static CpuTopology any(Random random) {
        int cpus = 1 + random.nextInt(40);
        CpuMask all = CpuMask.first(cpus);
        int nodeCount = 1 + random.nextInt(4);
        var nodes = new ArrayList<CpuMask>();
        for (int node = 0; node < nodeCount; node++) {
            nodes.add(CpuMask.NONE);
        }
        CpuMask present = CpuMask.NONE;
        for (int cpu = 0; cpu < cpus; cpu++) {
            int node = random.nextInt(nodeCount);
            nodes.set(node, nodes.get(node).with(cpu));
            present = random.nextInt(4) > 0 ? present.with(cpu) : present;
        }
        return new CpuTopology(all, present, nodes, CpuTopology.flat(cpus).siblings());
    }
}
