package org.irqlab.lab.placement;

import org.irqlab.host.CpuList;
import org.irqlab.host.HostCore;
import org.irqlab.host.HostTopology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Topologies made up for tests; siblings are numbered as Linux does, after all cores. */
final class Hosts {
    private Hosts() {}

    static HostTopology of(int groups, int coresPerGroup, int threadsPerCore) {
        int[] sizes = new int[groups];
        Arrays.fill(sizes, coresPerGroup);
        return build(threadsPerCore, sizes);
    }

    static HostTopology ofGroups(int... coresInGroup) {
        return build(1, coresInGroup);
    }

    private static HostTopology build(int threadsPerCore, int... coresInGroup) {
        int all = IntStream.of(coresInGroup).sum();
        var cores = new ArrayList<HostCore>();
        int group = 0;
        for (int size : coresInGroup) {
            int llc = cores.size();
            for (int i = 0; i < size; i++) {
                int core = cores.size();
                int[] cpus = IntStream.range(0, threadsPerCore).map(t -> core + t * all).toArray();
                cores.add(new HostCore(CpuList.of(cpus), CpuList.NONE, llc, group / 2, false));
            }
            group++;
        }
        return new HostTopology(
                CpuList.parse("0-" + (all * threadsPerCore - 1)),
                CpuList.NONE,
                cores,
                OptionalDouble.empty());
    }

    static HostTopology isolating(HostTopology host, String cpus) {
        CpuList isolated = CpuList.parse(cpus);
        List<HostCore> cores =
                host.cores().stream()
                        .map(core ->
                                new HostCore(
                                        core.cpus(),
                                        core.foreignCpus(),
                                        core.llc(),
                                        core.node(),
                                        core.cpus().without(isolated).isEmpty()))
                        .toList();
        return new HostTopology(host.online(), isolated, cores, host.quotaCores());
    }

    static HostTopology granting(HostTopology host, double cores) {
        return new HostTopology(
                host.online(), host.isolated(), host.cores(), OptionalDouble.of(cores));
    }
}
