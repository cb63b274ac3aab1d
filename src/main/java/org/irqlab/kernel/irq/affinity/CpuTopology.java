package org.irqlab.kernel.irq.affinity;

import java.util.ArrayList;
import java.util.List;

/**
 * What the spread of interrupts asks of a machine's CPUs.
 *
 * @param possible all CPUs that there can be
 * @param present those that are there, online or not
 * @param nodes the CPUs of each memory node; every possible CPU is in exactly one
 * @param siblings by CPU: those that share its core, itself among them
 */
public record CpuTopology(
        CpuMask possible, CpuMask present, List<CpuMask> nodes, List<CpuMask> siblings) {
    public CpuTopology {
        nodes = List.copyOf(nodes);
        siblings = List.copyOf(siblings);
    }

    /** One node, no siblings, everything present. */
    public static CpuTopology flat(int cpus) {
        CpuMask all = CpuMask.first(cpus);
        var alone = new ArrayList<CpuMask>();
        for (int cpu = 0; cpu < cpus; cpu++) {
            alone.add(CpuMask.of(cpu));
        }
        return new CpuTopology(all, all, List.of(all), alone);
    }
}
