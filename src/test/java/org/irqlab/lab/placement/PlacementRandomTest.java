package org.irqlab.lab.placement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.host.CpuList;
import org.irqlab.host.HostCore;
import org.irqlab.host.HostTopology;
import org.irqlab.kernel.sched.IdlePolicy;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** What holds for every plan on every host. */
@Timeout(60)
class PlacementRandomTest {
    private static final int PLANS = 256;

    static LongStream seeds() {
        return LongStream.range(0, 64);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyPlanKeepsThePromises(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < PLANS; i++) {
            HostTopology host = randomHost(random);
            PlacementRequest request = randomRequest(random);
            Placement placement = Placement.plan(request, host);
            check(request, host, placement, () -> "seed " + seed + ": " + request + " " + host);
        }
    }

    private static HostTopology randomHost(Random random) {
        HostTopology host =
                Hosts.of(1 + random.nextInt(4), 1 + random.nextInt(8), 1 + random.nextInt(2));
        if (random.nextBoolean()) {
            int[] isolated =
                    IntStream.range(0, host.cores().size())
                            .filter(core -> random.nextInt(3) == 0)
                            .mapToObj(core -> host.cores().get(core))
                            .flatMapToInt(core -> core.cpus().stream())
                            .toArray();
            return Hosts.isolating(host, CpuList.of(isolated).toString());
        }
        return random.nextInt(4) == 0 ? Hosts.granting(host, random.nextInt(1, 40) / 4.0) : host;
    }

    private static PlacementRequest randomRequest(Random random) {
        int producers = random.nextInt(5);
        Optional<Injection> injection =
                switch (random.nextInt(4)) {
                    case 0 -> Optional.of(Injection.SELF_INJECTION);
                    case 1 ->
                            producers == 0
                                    ? Optional.empty()
                                    : Optional.of(Injection.PRODUCER_THREADS);
                    default -> Optional.empty();
                };
        return new PlacementRequest(
                random.nextInt(10), producers, injection, IdlePolicy.values()[random.nextInt(3)]);
    }

    private static void check(
            PlacementRequest request,
            HostTopology host,
            Placement placement,
            Supplier<String> what) {
        var threads = new ArrayList<>(placement.cpuHosts());
        threads.addAll(placement.producerHosts());
        List<HostCore> used = threads.stream().map(cpu -> coreOf(host, cpu)).toList();
        Set<HostCore> distinct = new HashSet<>(used);
        double quota = host.quotaCores().orElse(1000);

        if (request.cpus() > 0) {
            assertEquals(request.cpus(), placement.cpus(), what);
        }
        assertEquals(
                distinct.size() == used.size() && used.size() <= quota,
                placement.validForLatency(),
                what);
        assertEquals(
                placement.validForLatency(),
                !placement.verdict().startsWith(Placement.NOT_VALID),
                what);
        assertEquals(
                placement.producerHosts().isEmpty(),
                placement.injection() == Injection.SELF_INJECTION,
                what);
        request.injection().ifPresent(wanted -> assertEquals(wanted, placement.injection(), what));
        if (request.cpus() == 0 && request.injection().isEmpty() && quota >= 1) {
            assertTrue(placement.validForLatency(), what);
        }
        checkPreferences(host, placement, distinct, what);
    }

    private static void checkPreferences(
            HostTopology host, Placement placement, Set<HostCore> used, Supplier<String> what) {
        Set<HostCore> free =
                host.cores().stream().filter(c -> !used.contains(c)).collect(Collectors.toSet());
        Set<Integer> freeCpus =
                free.stream().flatMap(c -> c.cpus().stream().boxed()).collect(Collectors.toSet());
        assertEquals(freeCpus, Set.copyOf(placement.jvmHosts()), what);
        if (free.stream().anyMatch(HostCore::isolated)) {
            assertTrue(used.stream().allMatch(HostCore::isolated), what);
        }
        HostCore boot = coreOf(host, 0);
        if (used.contains(boot) && !boot.isolated()) {
            assertTrue(free.isEmpty(), what);
        }
        Set<Integer> siblings =
                used.stream().flatMap(c -> c.cpus().stream().boxed()).collect(Collectors.toSet());
        siblings.removeAll(placement.cpuHosts());
        siblings.removeAll(placement.producerHosts());
        assertEquals(siblings, Set.copyOf(placement.idleSiblings()), what);
    }

    private static HostCore coreOf(HostTopology host, int cpu) {
        return host.cores().stream().filter(c -> c.cpus().contains(cpu)).findFirst().orElseThrow();
    }
}
