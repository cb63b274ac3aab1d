package org.irqlab.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.RecordedHost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

@Timeout(30)
class HostSetupTest {
    @TempDir Path root;

    private HostSetup read(String host) throws IOException {
        RecordedHost.unpack(host, root);
        return HostSetup.read(HostFiles.below(root), CpuList.parse("0-1"));
    }

    @Test
    void describesARecordedVirtualMachine() throws Exception {
        HostSetup setup = read("vm-2cpu");
        assertEquals("AMD EPYC", setup.cpuModel());
        assertTrue(setup.kernelRelease().startsWith("6.18."), setup.kernelRelease());
        assertTrue(setup.virtualised());
        assertEquals("none", setup.frequencyGovernor());
        assertEquals("haltpoll", setup.idleGovernor());
        assertEquals("tsc", setup.clockSource());
        assertEquals(
                List.of("spec_rstack_overflow", "spec_store_bypass", "spectre_v1", "spectre_v2"),
                setup.mitigations().stream().map(m -> m.substring(0, m.indexOf(':'))).toList());
    }

    @Test
    void describesAnIsolatedBareMachine() throws Exception {
        HostSetup setup = read("smt-4core");
        assertFalse(setup.virtualised());
        assertEquals("performance", setup.frequencyGovernor());
        assertEquals(
                List.of("isolcpus=2-3,6-7", "nohz_full=2-3,6-7", "mitigations=off"),
                setup.kernelArguments());
    }

    @Test
    void saysUnknownWhereTheMachineIsSilent() {
        HostSetup setup = HostSetup.read(HostFiles.below(root), CpuList.of(0));
        assertEquals("unknown", setup.cpusOnline());
        assertEquals("unknown", setup.clockSource());
        assertEquals(List.of(), setup.mitigations());
        assertFalse(setup.jdk().isBlank());
        assertFalse(setup.commandLine().isBlank());
        assertEquals(11, setup.lines().size());
    }

    @Test
    void namesTheFlagsOfTheRunningJvm() {
        HostSetup setup = HostSetup.live();
        assertTrue(
                setup.vmFlags().stream().anyMatch(flag -> flag.startsWith("--enable-native")),
                () -> setup.vmFlags().toString());
        assertTrue(setup.commandLine().contains("java"), setup.commandLine());
        assertFalse(setup.collectors().isEmpty());
    }
}
