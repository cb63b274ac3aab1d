package org.irqlab.kernel.sched.fair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

@Timeout(60)
class DeadlineTreeTest {
    private final DeadlineTree tree = new DeadlineTree();
    private final List<FairEntity> inOrderOfInsertion = new ArrayList<>();

    private FairEntity insert(long deadline, long vruntime, long sliceNs) {
        FairEntity e = new FairEntity(FairPolicy.NORMAL, 0);
        e.deadline = deadline;
        e.vruntime = vruntime;
        e.sliceNs = sliceNs;
        tree.insert(e);
        inOrderOfInsertion.add(e);
        return e;
    }

    private void remove(FairEntity e) {
        tree.remove(e);
        inOrderOfInsertion.remove(e);
    }

    private List<FairEntity> sorted() {
        List<FairEntity> sorted = new ArrayList<>(inOrderOfInsertion);
        sorted.sort((a, b) -> Long.signum(a.deadline - b.deadline));
        return sorted;
    }

    /** Walks a subtree: order, balance, minima; returns its height. */
    private static int walk(FairEntity e, FairEntity parent, List<FairEntity> order) {
        if (e == null) {
            return 0;
        }
        assertSame(parent, e.parent);
        int from = order.size();
        int left = walk(e.left, e, order);
        order.add(e);
        int right = walk(e.right, e, order);
        assertTrue(Math.abs(left - right) <= 1, "balanced");
        assertEquals(Math.max(left, right) + 1, e.height);
        List<FairEntity> below = order.subList(from, order.size());
        Comparator<FairEntity> byVruntime = (a, b) -> Long.signum(a.vruntime - b.vruntime);
        assertEquals(below.stream().min(byVruntime).get().vruntime, e.minVruntime);
        assertEquals(below.stream().mapToLong(x -> x.sliceNs).min().getAsLong(), e.minSliceNs);
        return e.height;
    }

    private void check() {
        List<FairEntity> order = new ArrayList<>();
        walk(tree.root(), null, order);
        List<FairEntity> expected = sorted();
        assertEquals(expected, order);
        assertSame(expected.isEmpty() ? null : expected.getFirst(), tree.leftmost());
    }

    @Test
    void randomHistoriesKeepOrderBalanceAndMinima() {
        for (int seed = 0; seed < 64; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            long origin = seed % 2 == 0 ? 0 : Long.MAX_VALUE - 20;
            for (int i = 0; i < 256; i++) {
                if (inOrderOfInsertion.isEmpty() || random.nextInt(5) < 3) {
                    insert(
                            origin + random.nextInt(40),
                            origin + random.nextInt(40),
                            random.nextInt(1, 20));
                } else {
                    int at = random.nextInt(inOrderOfInsertion.size());
                    remove(inOrderOfInsertion.get(at));
                }
                check();
                long limit = origin + random.nextInt(-1, 41);
                FairEntity expected =
                        sorted().stream()
                                .filter(e -> e.vruntime - limit <= 0)
                                .findFirst()
                                .orElse(null);
                assertSame(expected, tree.firstEligible(limit));
            }
            while (!inOrderOfInsertion.isEmpty()) {
                remove(inOrderOfInsertion.getLast());
            }
            assertNull(tree.root());
        }
    }

    @Test
    void equalDeadlinesKeepTheOrderOfInsertion() {
        for (int i = 0; i < 100; i++) {
            insert(5, i, 1);
        }
        check();
        FairEntity first = inOrderOfInsertion.getFirst();
        remove(first);
        tree.insert(first);
        inOrderOfInsertion.add(first);
        check();
    }

    @Test
    void fourThousandSortedInsertionsStayWithinSeventeenLevels() {
        for (int i = 0; i < 4_000; i++) {
            insert(i, i, 1);
        }
        assertTrue(tree.root().height <= 17, "height " + tree.root().height);
        check();
        for (int i = 0; i < 3_900; i++) {
            remove(inOrderOfInsertion.getFirst());
        }
        assertTrue(tree.root().height <= 9, "height " + tree.root().height);
        check();
    }

    @Test
    void emptyTreeHasNobody() {
        assertNull(tree.leftmost());
        assertNull(tree.firstEligible(0));
        assertEquals(Long.MAX_VALUE, tree.minSliceNs());
    }
}
