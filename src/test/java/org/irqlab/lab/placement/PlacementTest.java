package org.irqlab.lab.placement;

import static org.irqlab.lab.placement.PlacementRequest.AUTO_CPUS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.host.CpuList;
import org.irqlab.host.HostFiles;
import org.irqlab.host.HostTopology;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.support.RecordedHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

@Timeout(30)
class PlacementTest {
    private static final String NO_JVM_CORE =
            "the JVM's compiler and collector threads compete with CPUs that never rest: expect"
                    + " tails of milliseconds";

    private static Placement plan(int cpus, int producers, HostTopology host) {
        return Placement.plan(PlacementRequest.of(cpus, producers, IdlePolicy.POLL), host);
    }

    private static Placement plan(int cpus, int producers, Injection injection, HostTopology host) {
        var request =
                new PlacementRequest(cpus, producers, Optional.of(injection), IdlePolicy.POLL);
        return Placement.plan(request, host);
    }

    @Test
    void twoCpusOnTwoCoresInjectTheirOwnSchedule() {
        Placement placement = plan(2, 1, Hosts.of(1, 2, 1));
        assertEquals(List.of(0, 1), placement.cpuHosts());
        assertEquals(Injection.SELF_INJECTION, placement.injection());
        assertTrue(placement.validForLatency());
        assertEquals(
                List.of(
                        "placement: valid for latency with self-injection, with no core left for"
                                + " the JVM",
                        "  cpu/0 on host CPU 0",
                        "  cpu/1 on host CPU 1",
                        "  no producers: each CPU injects its own schedule at its poll points",
                        "  JVM threads on no core of their own",
                        "  warning: " + NO_JVM_CORE,
                        "  warning: no core is left for 1 producer"),
                placement.lines());
    }

    @Test
    void oneCpuOnTwoCoresLeavesTheOtherToTheProducer() {
        Placement placement = plan(1, 1, Hosts.of(1, 2, 1));
        assertEquals(List.of(1), placement.cpuHosts());
        assertEquals(List.of(0), placement.producerHosts());
        assertEquals("valid for latency with no core left for the JVM", placement.verdict());
    }

    @Test
    void aCoreStaysWithTheJvmAndItIsTheOneThatServesTheHost() {
        Placement placement = plan(2, 1, Hosts.of(1, 4, 1));
        assertEquals(List.of(1, 2), placement.cpuHosts());
        assertEquals(List.of(3), placement.producerHosts());
        assertEquals(List.of(0), placement.jvmHosts());
        assertEquals("valid for latency", placement.verdict());
        assertEquals(List.of(), placement.warnings());
    }

    @Test
    void moreCpusThanCoresAreNotValid() {
        Placement placement = plan(4, 1, Hosts.of(1, 2, 1));
        assertFalse(placement.validForLatency());
        assertEquals("NOT VALID FOR LATENCY: 4 virtual CPUs on 2 host cores", placement.verdict());
        assertEquals(List.of(0, 0, 1, 1), placement.cpuHosts());
        assertEquals(Injection.SELF_INJECTION, placement.injection());
    }

    @Test
    void producersThatAreInsistedOnMakeASmallHostInvalid() {
        Placement placement = plan(2, 1, Injection.PRODUCER_THREADS, Hosts.of(1, 2, 1));
        assertEquals(
                "NOT VALID FOR LATENCY: 2 virtual CPUs and 1 producer on 2 host cores",
                placement.verdict());
        assertEquals(List.of(1), placement.producerHosts());
    }

    @Test
    void siblingsOfUsedCoresStayIdle() {
        Placement placement = plan(2, 1, Hosts.of(1, 4, 2));
        assertEquals(List.of(1, 2), placement.cpuHosts());
        assertEquals(List.of(3), placement.producerHosts());
        assertEquals(List.of(5, 6, 7), placement.idleSiblings());
        assertEquals(List.of(0, 4), placement.jvmHosts());
    }

    @Test
    void siblingsAreUsedWhenCoresRunOutButTheRunIsNotValid() {
        Placement placement = plan(5, 0, Hosts.of(1, 4, 2));
        assertEquals(List.of(0, 1, 2, 3, 5), placement.cpuHosts());
        assertEquals(
                "NOT VALID FOR LATENCY: 5 virtual CPUs on 4 host cores with 8 hardware threads",
                placement.verdict());
    }

    @Test
    void isolatedCoresComeFirst() {
        Placement placement = plan(2, 2, Hosts.isolating(Hosts.of(1, 8, 1), "5-7"));
        assertEquals(List.of(5, 6), placement.cpuHosts());
        assertEquals(List.of(7, 1), placement.producerHosts());
        assertEquals(List.of(0, 2, 3, 4), placement.jvmHosts());
    }

    @Test
    void oneLastLevelCacheHoldsAllWhereItCan() {
        HostTopology host = Hosts.of(2, 4, 1);
        assertEquals(List.of(4, 5, 6), plan(3, 1, host).cpuHosts(), "not the one with CPU 0");
        assertEquals(List.of(7), plan(3, 1, host).producerHosts());
        Placement wide = plan(5, 1, host);
        assertEquals(List.of(1, 4, 5, 6, 7), wide.cpuHosts());
        assertEquals(
                List.of("the machine spans 2 last-level caches: kicks and IPIs differ"),
                wide.warnings());
    }

    @Test
    void theSmallestCacheGroupThatFitsIsTaken() {
        HostTopology host = Hosts.ofGroups(6, 2, 4);
        assertEquals(List.of(6), plan(1, 1, host).cpuHosts());
        assertEquals(List.of(8, 9), plan(2, 1, host).cpuHosts());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 0",
        "1, 2, 1, 1",
        "1, 3, 1, 1",
        "1, 4, 2, 1",
        "1, 8, 6, 1",
        "2, 4, 3, 1",
        "8, 8, 7, 1"
    })
    void autoFindsAValidPlacement(int groups, int coresPerGroup, int cpus, int producers) {
        Placement placement = plan(AUTO_CPUS, 3, Hosts.of(groups, coresPerGroup, 1));
        assertTrue(placement.validForLatency(), placement.verdict());
        assertEquals(cpus, placement.cpus());
        assertEquals(producers, placement.producerHosts().size());
    }

    @Test
    void autoKeepsToTheIsolatedCores() {
        Placement placement = plan(AUTO_CPUS, 1, Hosts.isolating(Hosts.of(1, 16, 2), "4-7,20-23"));
        assertEquals(List.of(4, 5, 6), placement.cpuHosts());
        assertEquals(List.of(7), placement.producerHosts());
    }

    @Test
    void producersShareWhatIsLeftBesideTheJvm() {
        Placement placement = plan(2, 5, Hosts.of(1, 6, 1));
        assertEquals(List.of(3, 4, 5), placement.producerHosts());
        assertEquals(List.of("3 producer threads carry the schedules of 5"), placement.warnings());
    }

    @Test
    void aQuotaBelowTheBusyThreadsIsNotValid() {
        HostTopology host = Hosts.granting(Hosts.of(1, 8, 1), 1.5);
        assertEquals(
                "NOT VALID FOR LATENCY: the control group grants 1.50 cores to 2 busy threads, and"
                        + " stops them all when it is spent",
                plan(2, 1, host).verdict());
        assertTrue(plan(AUTO_CPUS, 1, host).validForLatency());
        assertEquals(Injection.SELF_INJECTION, plan(AUTO_CPUS, 1, host).injection());
        assertEquals(
                List.of(
                        "no core is left for 1 producer",
                        "the control group's CPU time leaves less than a core to the JVM"),
                plan(1, 1, host).warnings());
    }

    @Test
    void aRefusedPinMakesItInvalid() {
        Placement placement =
                plan(1, 1, Hosts.of(1, 4, 1)).invalidatedBy("sched_setaffinity: not permitted");
        assertEquals(
                "NOT VALID FOR LATENCY: sched_setaffinity: not permitted", placement.verdict());
        assertFalse(placement.validForLatency());
        Placement twice = placement.invalidatedBy("again");
        assertEquals(placement.verdict(), twice.verdict());
        assertEquals(List.of("again"), twice.warnings());
    }

    @Test
    void plansARecordedContainerOnTwoCaches(@TempDir Path root) throws Exception {
        RecordedHost.unpack("llc-8core", root);
        HostTopology host = HostTopology.read(HostFiles.below(root), CpuList.parse("2-6"));
        Placement placement = plan(1, 1, host);
        assertEquals(List.of(2), placement.cpuHosts());
        assertEquals(List.of(3), placement.producerHosts());
        assertEquals(OptionalDouble.of(2.5), host.quotaCores());
        assertTrue(placement.validForLatency());
    }

    @Test
    void warnsOfASiblingThatOthersUse(@TempDir Path root) throws Exception {
        RecordedHost.unpack("smt-4core", root);
        HostTopology host = HostTopology.read(HostFiles.below(root), CpuList.parse("0-3,4,6"));
        Placement placement = plan(3, 0, host);
        assertEquals(List.of(1, 2, 3), placement.cpuHosts());
        assertEquals(
                List.of("siblings open to other processes: host CPUs 5,7"), placement.warnings());
    }

    @Test
    void refusesWhatIsNotAMachine() {
        assertRefused("cpus=-1 not in 1..256", () -> plan(-1, 0, Hosts.of(1, 2, 1)));
        assertRefused("cpus=257 not in 1..256", () -> plan(257, 0, Hosts.of(1, 2, 1)));
        assertRefused("producers=257 not in 0..256", () -> plan(1, 257, Hosts.of(1, 2, 1)));
        assertRefused(
                "producers=0 < 1, but injection=PRODUCER_THREADS",
                () -> plan(1, 0, Injection.PRODUCER_THREADS, Hosts.of(1, 2, 1)));
    }

    private static void assertRefused(String message, Executable plan) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, plan).getMessage());
    }
}
