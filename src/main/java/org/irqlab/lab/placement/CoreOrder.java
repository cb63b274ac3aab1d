package org.irqlab.lab.placement;

import org.irqlab.host.HostCore;
import org.irqlab.host.HostTopology;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The host's cores, best first.
 *
 * <ul>
 *   <li>isolated cores before others;
 *   <li>cores on one last-level cache: the smallest group that holds all that is to be placed, else
 *       the largest, and then groups of the same node;
 *   <li>the core of host CPU 0 last of all: it serves the host's own interrupts and is the first to
 *       be left to the JVM;
 *   <li>cores whose sibling other processes may use last in their group.
 * </ul>
 */
final class CoreOrder {
    private static final int BOOT_CPU = 0;

    private CoreOrder() {}

    /**
     * Returns all cores in the order in which they are to be given out.
     *
     * @param needed cores that will be given out
     */
    static List<HostCore> of(HostTopology host, int needed) {
        List<HostCore> isolated = host.cores().stream().filter(HostCore::isolated).toList();
        List<HostCore> shared =
                host.cores().stream().filter(c -> !c.isolated() && !isBoot(c)).toList();
        var order = new ArrayList<HostCore>(byGroup(isolated, needed, null));
        order.addAll(
                byGroup(shared, needed - order.size(), order.isEmpty() ? null : order.getLast()));
        host.cores().stream().filter(c -> !c.isolated() && isBoot(c)).forEach(order::add);
        return order;
    }

    private static boolean isBoot(HostCore core) {
        return core.cpus().contains(BOOT_CPU);
    }

    private static List<HostCore> byGroup(List<HostCore> cores, int needed, HostCore near) {
        if (cores.isEmpty()) {
            return List.of();
        }
        Map<Integer, List<HostCore>> groups =
                cores.stream()
                        .collect(
                                Collectors.groupingBy(
                                        HostCore::llc, TreeMap::new, Collectors.toList()));
        HostCore home = near != null ? near : home(groups, needed);
        return cores.stream()
                .sorted(
                        Comparator.comparing((HostCore c) -> c.llc() != home.llc())
                                .thenComparing(c -> c.node() != home.node())
                                .thenComparing(HostCore::node)
                                .thenComparing(HostCore::llc)
                                .thenComparing(c -> !c.foreignCpus().isEmpty())
                                .thenComparing(HostCore::firstCpu))
                .toList();
    }

    private static HostCore home(Map<Integer, List<HostCore>> groups, int needed) {
        return groups.values().stream()
                .filter(group -> group.size() >= needed)
                .min(Comparator.comparingInt(List::size))
                .or(() -> groups.values().stream().max(Comparator.comparingInt(List::size)))
                .orElseThrow()
                .getFirst();
    }
}
