package org.irqlab.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.RecordedHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

@Timeout(30)
class HostTopologyTest {
    private static final Path CPU = Path.of("sys/devices/system/cpu");
    @TempDir Path root;

    private HostTopology read(String host, String allowed) throws IOException {
        RecordedHost.unpack(host, root);
        return HostTopology.read(HostFiles.below(root), CpuList.parse(allowed));
    }

    private static HostCore core(String cpus, int llc, int node, boolean isolated) {
        return new HostCore(CpuList.parse(cpus), CpuList.NONE, llc, node, isolated);
    }

    @Test
    void twoCpusOfAVirtualMachineAreTwoCoresOnOneCache() throws Exception {
        HostTopology host = read("vm-2cpu", "0-1");
        assertEquals(List.of(core("0", 0, 0, false), core("1", 0, 0, false)), host.cores());
        assertEquals(CpuList.NONE, host.isolated());
        assertEquals(OptionalDouble.empty(), host.quotaCores());
        assertFalse(host.hasSiblings());
    }

    @Test
    void siblingsAreOneCore() throws Exception {
        HostTopology host = read("smt-4core", "0-7");
        assertEquals(
                List.of(
                        core("0,4", 0, 0, false),
                        core("1,5", 0, 0, false),
                        core("2,6", 0, 0, true),
                        core("3,7", 0, 0, true)),
                host.cores());
        assertTrue(host.hasSiblings());
    }

    @Test
    void isolatedCpusAreUsableUnderTheMaskTheKernelGivesToEveryone() throws Exception {
        assertEquals(4, read("smt-4core", "0-1,4-5").cores().size());
    }

    @Test
    void aMaskThatSomeoneChoseIsKept() throws Exception {
        HostTopology host = read("smt-4core", "1,3,7");
        assertEquals(
                List.of(
                        new HostCore(CpuList.of(1), CpuList.of(5), 0, 0, false),
                        core("3,7", 0, 0, true)),
                host.cores());
    }

    @Test
    void cachesAndNodesGroupCores() throws Exception {
        HostTopology host = read("llc-8core", "0-7");
        assertEquals(core("3", 0, 0, false), host.cores().get(3));
        assertEquals(core("4", 4, 1, false), host.cores().get(4));
    }

    @Test
    void theTightestQuotaOfTheGroupsAboveCounts() throws Exception {
        assertEquals(OptionalDouble.of(2.5), read("llc-8core", "0-7").quotaCores());
        Files.createDirectories(root.resolve("sys/fs/cgroup/cpu"));
        Files.writeString(root.resolve("sys/fs/cgroup/cpu/cpu.cfs_quota_us"), "150000\n");
        Files.writeString(root.resolve("sys/fs/cgroup/cpu/cpu.cfs_period_us"), "100000\n");
        assertEquals(OptionalDouble.of(1.5), CpuQuota.cores(HostFiles.below(root)));
        Files.writeString(root.resolve("sys/fs/cgroup/cpu/cpu.cfs_quota_us"), "-1\n");
        assertEquals(OptionalDouble.of(2.5), CpuQuota.cores(HostFiles.below(root)));
    }

    @Test
    void anOfflineSiblingDoesNotCount() throws Exception {
        RecordedHost.unpack("smt-4core", root);
        Files.writeString(root.resolve(CPU).resolve("online"), "0-4,6-7\n");
        HostTopology host = HostTopology.read(HostFiles.below(root), CpuList.parse("0-7"));
        assertEquals(core("1", 0, 0, false), host.cores().get(1));
    }

    @Test
    void withoutAnyFileEveryCpuIsACore() {
        HostTopology host = HostTopology.read(HostFiles.below(root), CpuList.parse("0-2"));
        assertEquals(
                List.of(core("0", 0, 0, false), core("1", 0, 0, false), core("2", 0, 0, false)),
                host.cores());
    }

    @Test
    void junkInAFileIsAsGoodAsNoFile() throws Exception {
        RecordedHost.unpack("smt-4core", root);
        Files.writeString(root.resolve(CPU).resolve("isolated"), "none\n");
        Files.writeString(root.resolve(CPU).resolve("cpu0/topology/core_cpus_list"), "0-\n");
        Files.writeString(root.resolve(CPU).resolve("cpu1/topology/core_cpus_list"), "2,6\n");
        Files.writeString(root.resolve(CPU).resolve("cpu1/cache/index3/level"), "L3\n");
        HostTopology host = HostTopology.read(HostFiles.below(root), CpuList.parse("0-1"));
        assertEquals(List.of(core("0", 0, 0, false), core("1", 1, 0, false)), host.cores());
    }

    @Test
    void refusesToPlanForCpusThatAreNotThere() throws Exception {
        RecordedHost.unpack("vm-2cpu", root);
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> HostTopology.read(HostFiles.below(root), CpuList.of(5)));
        assertEquals("cpus=5 allowed, but online are CPUS=0-1", e.getMessage());
    }

    @Test
    void theRunningMachineHasACore() {
        HostTopology host = HostTopology.live();
        assertFalse(host.cores().isEmpty());
        assertTrue(host.online().size() >= host.cores().size());
    }
}
