package org.irqlab.host;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The host's cores as this process may use them.
 *
 * <p>Where the machine does not say, every CPU is taken for a core of its own, on one cache and one
 * node.
 *
 * @param online CPUs that are running
 * @param isolated CPUs which the scheduler keeps other work off ({@code isolcpus=})
 * @param cores cores with at least one CPU this process may use, by lowest CPU number
 * @param quotaCores how much CPU time the control group grants, in cores; empty if unlimited
 * @see "Linux, Documentation/admin-guide/cputopology.rst; cgroup-v2.rst, cpu.max"
 */
public record HostTopology(
        CpuList online, CpuList isolated, List<HostCore> cores, OptionalDouble quotaCores) {
    private static final String SYS_CPU = "sys/devices/system/cpu/";

    /** Copies the list. */
    public HostTopology {
        cores = List.copyOf(cores);
    }

    /** Returns the topology of the running machine. */
    public static HostTopology live() {
        return read(HostFiles.live(), ThreadPinning.allowedAtStart());
    }

    /**
     * Reads a topology.
     *
     * @param allowed the affinity mask of the process. A mask of exactly the CPUs that are not
     *     isolated is what the kernel gives to everyone, so it does not exclude the isolated ones;
     *     any other mask is taken for a decision and kept.
     * @throws IllegalArgumentException if no allowed CPU is online
     */
    public static HostTopology read(HostFiles files, CpuList allowed) {
        CpuList online = files.cpus(SYS_CPU + "online").orElse(allowed);
        CpuList isolated = files.cpus(SYS_CPU + "isolated").orElse(CpuList.NONE).and(online);
        boolean defaultMask = online.and(allowed).equals(online.without(isolated));
        CpuList usable = defaultMask ? online : online.and(allowed);
        if (usable.isEmpty()) {
            throw new IllegalArgumentException(
                    "cpus=" + allowed + " allowed, but online are CPUS=" + online);
        }
        var cores = new ArrayList<HostCore>();
        for (int cpu : usable.stream().toArray()) {
            CpuList siblings = siblings(files, cpu).and(online);
            if (siblings.and(usable).first() == cpu) {
                cores.add(core(files, siblings, usable, isolated));
            }
        }
        return new HostTopology(online, isolated, cores, CpuQuota.cores(files));
    }

    private static HostCore core(
            HostFiles files, CpuList siblings, CpuList usable, CpuList isolated) {
        CpuList cpus = siblings.and(usable);
        int cpu = cpus.first();
        return new HostCore(
                cpus,
                siblings.without(usable),
                lastLevelCache(files, cpu),
                node(files, cpu),
                cpus.without(isolated).isEmpty());
    }

    private static CpuList siblings(HostFiles files, int cpu) {
        String topology = SYS_CPU + "cpu" + cpu + "/topology/";
        // core_cpus_list is the newer name of the same list.
        return files.cpus(topology + "core_cpus_list")
                .or(() -> files.cpus(topology + "thread_siblings_list"))
                .filter(list -> list.contains(cpu))
                .orElse(CpuList.of(cpu));
    }

    private static int lastLevelCache(HostFiles files, int cpu) {
        String caches = SYS_CPU + "cpu" + cpu + "/cache/";
        int lastLevel = 0;
        Optional<CpuList> group = Optional.empty();
        for (String index : files.names(caches, "index")) {
            int level = files.number(caches + index + "/level").orElse(0);
            String type = files.text(caches + index + "/type").orElse("");
            if (level > lastLevel && !type.equals("Instruction")) {
                lastLevel = level;
                group = files.cpus(caches + index + "/shared_cpu_list");
            }
        }
        return group.filter(list -> list.contains(cpu)).map(CpuList::first).orElse(0);
    }

    private static int node(HostFiles files, int cpu) {
        return files.names(SYS_CPU + "cpu" + cpu, "node").stream()
                .map(name -> name.substring("node".length()))
                .filter(number -> number.matches("[0-9]{1,5}"))
                .map(Integer::valueOf)
                .findFirst()
                .orElse(0);
    }

    /** Returns whether any core has more than one CPU. */
    public boolean hasSiblings() {
        return cores.stream().anyMatch(core -> core.cpus().size() + core.foreignCpus().size() > 1);
    }
}
