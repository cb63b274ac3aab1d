package org.irqlab.kernel.irq.affinity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Spreads CPUs evenly over groups, one for each vector of a device: node by node, siblings
 * together, first the CPUs that are present, then the others.
 *
 * <p>Every possible CPU is in exactly one group, and no group is empty as long as there are as many
 * CPUs as groups.
 *
 * <p>SIMPLIFIED: clusters of cores inside a node are not looked at.
 *
 * @see "Linux lib/group_cpus.c, group_cpus_evenly; kernel/irq/affinity.c"
 */
public final class CpuGroups {
    private final CpuTopology topology;
    private final CpuMask[] groups;

    private CpuGroups(CpuTopology topology, int groups) {
        this.topology = topology;
        this.groups = new CpuMask[groups];
        Arrays.fill(this.groups, CpuMask.NONE);
    }

    /** Returns at most {@code groups} groups; fewer if there are fewer CPUs. */
    public static List<CpuMask> spread(int groups, CpuTopology topology) {
        if (groups <= 0) {
            return List.of();
        }
        var spread = new CpuGroups(topology, groups);
        int present = spread.place(0, topology.present());
        int others =
                spread.place(
                        present >= groups ? 0 : present,
                        topology.possible().minus(topology.present()));
        return List.copyOf(
                Arrays.asList(spread.groups).subList(0, Math.min(present + others, groups)));
    }

    /**
     * Returns the masks of a device's vectors: the {@code before} first and the {@code after} last
     * ones go anywhere, those between are spread.
     */
    public static List<CpuMask> vectors(int count, int before, int after, CpuTopology topology) {
        var masks = new ArrayList<CpuMask>();
        for (int i = 0; i < before; i++) {
            masks.add(topology.possible());
        }
        masks.addAll(spread(count - before - after, topology));
        while (masks.size() < count) {
            masks.add(topology.possible());
        }
        return masks;
    }

    /** A node with CPUs to place, and how many groups it gets. */
    private static final class Node {
        private final int id;
        private final CpuMask cpus;
        private int share;

        Node(int id, CpuMask cpus) {
            this.id = id;
            this.cpus = cpus;
        }
    }

    /** Places {@code cpus} from group {@code first} on; returns how many groups that took. */
    private int place(int first, CpuMask cpus) {
        var nodes = new ArrayList<Node>();
        for (int id = 0; id < topology.nodes().size(); id++) {
            CpuMask here = topology.nodes().get(id).and(cpus);
            if (!here.isEmpty()) {
                nodes.add(new Node(id, here));
            }
        }
        if (nodes.isEmpty()) {
            return 0;
        }
        int current = first;
        if (groups.length <= nodes.size()) {
            for (Node node : nodes) {
                groups[current] = groups[current].or(node.cpus);
                current = (current + 1) % groups.length;
            }
            return groups.length;
        }
        shareOut(nodes, cpus.count());
        int done = 0;
        nodes.sort(Comparator.comparingInt(node -> node.id));
        for (Node node : nodes) {
            current = fill(node, current);
            done += node.share;
        }
        return done;
    }

    /** Gives each node groups in proportion to its CPUs, at least one, the smallest node first. */
    private void shareOut(List<Node> nodes, int cpus) {
        int groupsLeft = Math.min(cpus, groups.length);
        int cpusLeft = cpus;
        nodes.sort(Comparator.comparingInt(node -> node.cpus.count()));
        for (Node node : nodes) {
            int here = node.cpus.count();
            node.share = Math.max(1, groupsLeft * here / cpusLeft);
            cpusLeft -= here;
            groupsLeft -= node.share;
        }
    }

    /** Fills the groups of one node; returns the next group. */
    private int fill(Node node, int first) {
        int count = node.cpus.count();
        int larger = count % node.share;
        CpuMask left = node.cpus;
        int current = first;
        for (int i = 0; i < node.share; i++) {
            current = current >= groups.length ? 0 : current;
            CpuMask chosen = choose(left, count / node.share + (i < larger ? 1 : 0));
            groups[current] = groups[current].or(chosen);
            left = left.minus(chosen);
            current++;
        }
        return current;
    }

    /** Chooses the lowest CPUs, each with its siblings. */
    private CpuMask choose(CpuMask from, int count) {
        CpuMask chosen = CpuMask.NONE;
        CpuMask left = from;
        while (chosen.count() < count) {
            int cpu = left.first();
            CpuMask core = topology.siblings().get(cpu).and(left).without(cpu);
            chosen = chosen.with(cpu);
            for (int at = core.first(); at >= 0 && chosen.count() < count; at = core.next(at + 1)) {
                chosen = chosen.with(at);
            }
            left = left.minus(chosen);
        }
        return chosen;
    }
}
