package org.irqlab.lab.placement;

import org.irqlab.host.CpuList;
import org.irqlab.host.HostTopology;

import java.util.ArrayList;
import java.util.List;

/**
 * Which host CPU carries which thread, and whether latencies measured that way mean something.
 *
 * @param cpuHosts the host CPU of virtual CPU {@code i} at index {@code i}
 * @param producerHosts the host CPU of producer {@code i} at index {@code i}; empty with
 *     self-injection
 * @param injection who fires the interrupts
 * @param jvmHosts CPUs of whole cores that carry neither, for the JVM's own threads; empty if none
 *     is left
 * @param idleSiblings SMT siblings of used cores, left idle
 * @param validForLatency whether every virtual CPU and every producer has a core of its own
 * @param verdict the judgement in one line, {@value #NOT_VALID} in front if it is not valid
 * @param warnings what a reader of the latencies should know, one line each
 */
public record Placement(
        List<Integer> cpuHosts,
        List<Integer> producerHosts,
        Injection injection,
        List<Integer> jvmHosts,
        List<Integer> idleSiblings,
        boolean validForLatency,
        String verdict,
        List<String> warnings) {
    /** What the verdict begins with when latencies mean nothing. */
    public static final String NOT_VALID = "NOT VALID FOR LATENCY: ";

    /** Copies the lists. */
    public Placement {
        cpuHosts = List.copyOf(cpuHosts);
        producerHosts = List.copyOf(producerHosts);
        jvmHosts = List.copyOf(jvmHosts);
        idleSiblings = List.copyOf(idleSiblings);
        warnings = List.copyOf(warnings);
    }

    /** Plans a request on a host. */
    public static Placement plan(PlacementRequest request, HostTopology host) {
        return new PlacementPlan(request, host).placement();
    }

    /** Returns the number of virtual CPUs. */
    public int cpus() {
        return cpuHosts.size();
    }

    /**
     * Returns this placement, found not to be valid when it was carried out: a thread could not be
     * pinned.
     */
    public Placement invalidatedBy(String reason) {
        var more = new ArrayList<String>(warnings);
        if (!validForLatency) {
            more.add(reason);
        }
        return new Placement(
                cpuHosts,
                producerHosts,
                injection,
                jvmHosts,
                idleSiblings,
                false,
                validForLatency ? NOT_VALID + reason : verdict,
                more);
    }

    /** Returns the placement as it is printed at the head of a run. */
    public List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add("placement: " + verdict);
        for (int cpu = 0; cpu < cpuHosts.size(); cpu++) {
            lines.add("  cpu/" + cpu + " on host CPU " + cpuHosts.get(cpu));
        }
        for (int producer = 0; producer < producerHosts.size(); producer++) {
            lines.add("  producer/" + producer + " on host CPU " + producerHosts.get(producer));
        }
        if (injection == Injection.SELF_INJECTION) {
            lines.add("  no producers: each CPU injects its own schedule at its poll points");
        }
        lines.add(
                "  JVM threads on "
                        + (jvmHosts.isEmpty()
                                ? "no core of their own"
                                : "host CPUs " + list(jvmHosts)));
        if (!idleSiblings.isEmpty()) {
            lines.add("  SMT siblings left idle: " + list(idleSiblings));
        }
        for (String warning : warnings) {
            lines.add("  warning: " + warning);
        }
        return lines;
    }

    private static CpuList list(List<Integer> cpus) {
        return CpuList.of(cpus.stream().mapToInt(Integer::intValue).toArray());
    }
}
