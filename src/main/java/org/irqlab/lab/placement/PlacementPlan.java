package org.irqlab.lab.placement;

import org.irqlab.host.CpuList;
import org.irqlab.host.HostCore;
import org.irqlab.host.HostTopology;
import org.irqlab.kernel.sched.IdlePolicy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** Works one {@link Placement} out. */
final class PlacementPlan {
    private final PlacementRequest request;
    private final HostTopology host;
    private final int cpus;
    private final int producers;
    private final Injection injection;
    private final List<HostCore> order;

    PlacementPlan(PlacementRequest request, HostTopology host) {
        this.request = request;
        this.host = host;
        cpus = request.cpus() == PlacementRequest.AUTO_CPUS ? autoCpus() : request.cpus();
        producers = producers();
        injection = producers > 0 ? Injection.PRODUCER_THREADS : Injection.SELF_INJECTION;
        order = CoreOrder.of(host, cpus + producers);
    }

    private boolean asksFor(Injection wanted) {
        return request.injection().filter(wanted::equals).isPresent();
    }

    /** As many as leave a core to each producer and one to the JVM; on small hosts fewer. */
    private int autoCpus() {
        int cores = autoCores();
        boolean jvmElsewhere = cores < host.cores().size();
        int most = cores - autoProducers() - (jvmElsewhere ? 0 : 1);
        int byQuota = quotaCores() - autoProducers() - 1;
        return Math.clamp(Math.min(most, byQuota), 1, PlacementRequest.MAX_CPUS);
    }

    /** One carries any schedule; more only where they are asked for. */
    private int autoProducers() {
        if (asksFor(Injection.SELF_INJECTION)) {
            return 0;
        }
        return asksFor(Injection.PRODUCER_THREADS)
                ? request.producers()
                : Math.min(1, request.producers());
    }

    private int quotaCores() {
        return (int) Math.floor(host.quotaCores().orElse(Integer.MAX_VALUE));
    }

    /** Isolated cores if there are two or more, else those of the largest last-level cache. */
    private int autoCores() {
        int isolated = (int) host.cores().stream().filter(HostCore::isolated).count();
        if (isolated >= 2) {
            return isolated;
        }
        return host.cores().stream()
                .mapToInt(core ->
                        (int)
                                host.cores().stream()
                                        .filter(other -> other.llc() == core.llc())
                                        .count())
                .max()
                .orElse(1);
    }

    /**
     * Producers beyond the free cores merge their schedules, one core staying with the JVM if a
     * producer has one; without any free core there are none.
     */
    private int producers() {
        if (asksFor(Injection.SELF_INJECTION)) {
            return 0;
        }
        if (asksFor(Injection.PRODUCER_THREADS)) {
            return request.producers();
        }
        int free = host.cores().size() - cpus;
        int most = Math.min(free > 1 ? free - 1 : free, quotaCores() - cpus);
        boolean auto = request.cpus() == PlacementRequest.AUTO_CPUS;
        return Math.clamp(most, 0, auto ? autoProducers() : request.producers());
    }

    Placement placement() {
        List<Integer> hosts = hosts();
        // Virtual CPUs in rising order of host CPU, so that numbers agree where they can.
        List<Integer> cpuHosts = hosts.subList(0, cpus).stream().sorted().toList();
        List<Integer> producerHosts = hosts.subList(cpus, cpus + producers);
        int used = Math.min(order.size(), cpus + producers);
        List<Integer> jvmHosts = flat(order.subList(used, order.size()));
        var idle = new TreeSet<>(flat(order.subList(0, used)));
        hosts.forEach(idle::remove);
        String fault = fault();
        return new Placement(
                cpuHosts,
                producerHosts,
                injection,
                jvmHosts,
                List.copyOf(idle),
                fault.isEmpty(),
                fault.isEmpty() ? praise() : Placement.NOT_VALID + fault,
                warnings(jvmHosts));
    }

    /** Whole cores first, then the siblings, then the same again. */
    private List<Integer> hosts() {
        var places = new ArrayList<Integer>();
        for (HostCore core : order) {
            places.add(core.firstCpu());
        }
        for (HostCore core : order) {
            core.cpus().stream().skip(1).forEach(places::add);
        }
        var hosts = new ArrayList<Integer>();
        for (int i = 0; i < cpus + producers; i++) {
            hosts.add(places.get(i % places.size()));
        }
        return hosts;
    }

    private static List<Integer> flat(List<HostCore> cores) {
        return cores.stream().flatMap(core -> core.cpus().stream().boxed()).sorted().toList();
    }

    /** Returns why latencies would mean nothing; empty if they mean something. */
    private String fault() {
        int threads = cpus + producers;
        if (threads > order.size()) {
            return count(cpus, "virtual CPU")
                    + (producers > 0 ? " and " + count(producers, "producer") : "")
                    + " on "
                    + count(order.size(), "host core")
                    + (hardwareThreads() > order.size()
                            ? " with " + hardwareThreads() + " hardware threads"
                            : "");
        }
        double quota = host.quotaCores().orElse(Double.MAX_VALUE);
        if (quota < threads) {
            return String.format(
                    Locale.ROOT,
                    "the control group grants %.2f cores to %s, and stops them all when it is"
                            + " spent",
                    quota,
                    count(threads, "busy thread"));
        }
        return "";
    }

    private int hardwareThreads() {
        return host.cores().stream().mapToInt(core -> core.cpus().size()).sum();
    }

    private String praise() {
        boolean jvmHasCore = order.size() > cpus + producers;
        String how = injection == Injection.SELF_INJECTION ? " with self-injection" : "";
        return "valid for latency"
                + how
                + (jvmHasCore ? "" : (how.isEmpty() ? "" : ",") + " with no core left for the JVM");
    }

    private List<String> warnings(List<Integer> jvmHosts) {
        var warnings = new ArrayList<String>();
        if (jvmHosts.isEmpty()) {
            warnings.add(
                    request.idle() == IdlePolicy.HALT
                            ? "the JVM's compiler and collector threads run on the virtual CPUs'"
                                    + " cores, at best while these are idle"
                            : "the JVM's compiler and collector threads compete with CPUs that"
                                    + " never rest: expect tails of milliseconds");
        }
        int wanted = request.producers();
        if (producers < wanted && !asksFor(Injection.SELF_INJECTION)) {
            warnings.add(
                    producers == 0
                            ? "no core is left for " + count(wanted, "producer")
                            : count(producers, "producer thread")
                                    + " carry the schedules of "
                                    + wanted);
        }
        double quota = host.quotaCores().orElse(Double.MAX_VALUE);
        if (quota >= cpus + producers && quota < cpus + producers + 1) {
            warnings.add("the control group's CPU time leaves less than a core to the JVM");
        }
        List<HostCore> used = order.subList(0, Math.min(order.size(), cpus + producers));
        long caches = used.stream().map(HostCore::llc).distinct().count();
        if (caches > 1) {
            warnings.add(
                    "the machine spans " + caches + " last-level caches: kicks and IPIs differ");
        }
        int[] foreign =
                used.stream().flatMapToInt(core -> core.foreignCpus().stream()).sorted().toArray();
        if (foreign.length > 0) {
            warnings.add("siblings open to other processes: host CPUs " + CpuList.of(foreign));
        }
        return warnings;
    }

    private static String count(int n, String noun) {
        return n + " " + noun + (n == 1 ? "" : "s");
    }
}
