package org.irqlab.kernel.locking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.locking.LockUse.Interrupt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** The graph of lock classes against one that walks edge by edge and knows no kinds of states. */
@Timeout(120)
class LockGraphModelTest {
    private static final int SEEDS = 64;
    private static final int OPERATIONS = 256;
    private static final int CLASSES = 5;

    /** An order seen, or an interrupt that may put its handler on top of a holder. */
    private record Link(int from, boolean exclusive, int to, boolean recursive) {}

    private record Use(int node, Interrupt irq, boolean usedIn, boolean read) {}

    /** All links one by one; a circle is a walk back to a link, no R before an S. */
    private static final class NaiveGraph {
        final Set<Link> links = new HashSet<>();
        final Set<Use> uses = new HashSet<>();

        LockGraph.Kind edge(Link link) {
            if (leadsBack(link)) {
                return LockGraph.Kind.CIRCLE;
            }
            links.add(link);
            if (interrupts().stream().anyMatch(this::leadsBack)) {
                links.remove(link);
                return LockGraph.Kind.INVERSION;
            }
            return null;
        }

        LockGraph.Kind use(Use use) {
            uses.add(use);
            LockGraph.Kind kind = null;
            for (Link interrupt : interrupts()) {
                if (leadsBack(interrupt)) {
                    boolean own = interrupt.from == interrupt.to && joined(interrupt, interrupt);
                    kind =
                            own
                                    ? LockGraph.Kind.INCONSISTENT
                                    : kind == null ? LockGraph.Kind.INVERSION : kind;
                }
            }
            if (kind != null) {
                uses.remove(use);
            }
            return kind;
        }

        private List<Link> interrupts() {
            var all = new ArrayList<Link>();
            for (Use open : uses) {
                for (Use used : uses) {
                    if (!open.usedIn && used.usedIn && open.irq == used.irq) {
                        all.add(new Link(open.node, !open.read, used.node, used.read));
                    }
                }
            }
            return all;
        }

        private boolean leadsBack(Link link) {
            return joined(link, link) || leads(link, link, new HashSet<>());
        }

        private boolean leads(Link from, Link goal, Set<Link> seen) {
            for (Link next : links) {
                if (joined(from, next) && seen.add(next)) {
                    if (joined(next, goal) || leads(next, goal, seen)) {
                        return true;
                    }
                }
            }
            return false;
        }

        private static boolean joined(Link one, Link other) {
            return one.to == other.from && !(one.recursive && !other.exclusive);
        }
    }

    @Test
    void findsWhatAWalkAlongEveryLinkFinds() {
        Map<LockGraph.Kind, Integer> found = new EnumMap<>(LockGraph.Kind.class);
        for (int seed = 0; seed < SEEDS; seed++) {
            run(seed, found);
        }
        for (LockGraph.Kind kind : LockGraph.Kind.values()) {
            assertTrue(found.getOrDefault(kind, 0) > SEEDS, kind + " in " + found);
        }
    }

    private static void run(int seed, Map<LockGraph.Kind, Integer> found) {
        var random = new Random(seed);
        var graph = new LockGraph(CLASSES);
        var naive = new NaiveGraph();
        for (int i = 0; i < CLASSES; i++) {
            graph.add();
        }
        for (int op = 0; op < OPERATIONS; op++) {
            String where = "seed=" + seed + " op=" + op;
            LockGraph.Kind wanted;
            LockGraph.Finding got;
            // Uses are rare, so that the graph does not fill with them at once.
            if (random.nextInt(8) == 0) {
                var use = use(random);
                wanted = naive.use(use);
                got = graph.use(use.node, use.irq, use.usedIn, use.read);
            } else {
                LockMode from = mode(random);
                LockMode to = mode(random);
                int a = random.nextInt(CLASSES);
                int b = (a + 1 + random.nextInt(CLASSES - 1)) % CLASSES;
                wanted = naive.edge(link(a, from, b, to));
                got = graph.edge(a, from, b, to);
                assertEquals(wanted == null, graph.knows(a, from, b, to), where);
            }
            assertEquals(wanted, got == null ? null : got.kind(), where);
            if (got != null) {
                found.merge(got.kind(), 1, Integer::sum);
            }
        }
    }

    private static Link link(int a, LockMode from, int b, LockMode to) {
        return new Link(a, from == LockMode.WRITE, b, to == LockMode.READ_RECURSIVE);
    }

    private static Use use(Random random) {
        Interrupt irq = Interrupt.values()[random.nextInt(2)];
        return new Use(random.nextInt(CLASSES), irq, random.nextBoolean(), random.nextBoolean());
    }

    private static LockMode mode(Random random) {
        return LockMode.values()[random.nextInt(LockMode.values().length)];
    }
}
