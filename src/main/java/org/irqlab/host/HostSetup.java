package org.irqlab.host;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a reader must know about the machine and the process to judge a measured number: the set-up
 * block of a report.
 *
 * @param kernelRelease as {@code uname -r}
 * @param cpuModel as the CPU names itself
 * @param cpusOnline list of running CPUs
 * @param cpusAllowed list of CPUs this process may use
 * @param virtualised whether a hypervisor announces itself; without that announcement a guest
 *     cannot know
 * @param frequencyGovernor distinct governors of the CPUs; {@code none} where the machine shows
 *     none
 * @param idleGovernor who picks the sleep state of an idle CPU
 * @param clockSource what host time is read from
 * @param mitigations CPU vulnerabilities that are not {@code Not affected}, with their state
 * @param kernelArguments of the kernel's command line, those which bear on latency
 * @param jdk version and vendor
 * @param vmFlags what the JVM was started with
 * @param collectors garbage collectors in use
 * @param commandLine of this process
 */
public record HostSetup(
        String kernelRelease,
        String cpuModel,
        String cpusOnline,
        String cpusAllowed,
        boolean virtualised,
        String frequencyGovernor,
        String idleGovernor,
        String clockSource,
        List<String> mitigations,
        List<String> kernelArguments,
        String jdk,
        List<String> vmFlags,
        List<String> collectors,
        String commandLine) {
    private static final String UNKNOWN = "unknown";
    private static final String SYS_CPU = "sys/devices/system/cpu/";
    private static final List<String> ARGUMENTS =
            List.of(
                    "isolcpus=",
                    "nohz",
                    "rcu_nocbs",
                    "mitigations=",
                    "idle=",
                    "preempt=",
                    "processor.max_cstate=",
                    "intel_idle.max_cstate=",
                    "irqaffinity=",
                    "threadirqs",
                    "nosmt");

    /** Copies the lists. */
    public HostSetup {
        mitigations = List.copyOf(mitigations);
        kernelArguments = List.copyOf(kernelArguments);
        vmFlags = List.copyOf(vmFlags);
        collectors = List.copyOf(collectors);
    }

    /** Returns the set-up of this process on the running machine. */
    public static HostSetup live() {
        return read(HostFiles.live(), ThreadPinning.allowedAtStart());
    }

    /** Reads the machine from {@code files}; the JVM is always the running one. */
    public static HostSetup read(HostFiles files, CpuList allowed) {
        return new HostSetup(
                files.text("proc/sys/kernel/osrelease").orElse(System.getProperty("os.version")),
                cpuField(files, "model name")
                        .or(() -> cpuField(files, "CPU part").map(part -> "CPU part " + part))
                        .orElse(System.getProperty("os.arch")),
                files.text(SYS_CPU + "online").orElse(UNKNOWN),
                allowed.toString(),
                virtualised(files),
                governors(files),
                files.text(SYS_CPU + "cpuidle/current_governor")
                        .or(() -> files.text(SYS_CPU + "cpuidle/current_governor_ro"))
                        .orElse("none"),
                files.text("sys/devices/system/clocksource/clocksource0/current_clocksource")
                        .orElse(UNKNOWN),
                mitigations(files),
                arguments(files),
                System.getProperty("java.vm.version") + " " + System.getProperty("java.vendor"),
                ManagementFactory.getRuntimeMXBean().getInputArguments(),
                ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .map(GarbageCollectorMXBean::getName)
                        .toList(),
                commandLine(files));
    }

    private static Optional<String> cpuField(HostFiles files, String field) {
        return files.lines("proc/cpuinfo").stream()
                .filter(line -> line.startsWith(field) && line.indexOf(':') > 0)
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    private static boolean virtualised(HostFiles files) {
        return cpuField(files, "flags").stream()
                        .flatMap(flags -> Arrays.stream(flags.split(" ")))
                        .anyMatch("hypervisor"::equals)
                || files.text("sys/hypervisor/type").isPresent();
    }

    private static String governors(HostFiles files) {
        List<String> governors =
                files.names(SYS_CPU, "cpu").stream()
                        .map(cpu -> files.text(SYS_CPU + cpu + "/cpufreq/scaling_governor"))
                        .flatMap(Optional::stream)
                        .distinct()
                        .sorted()
                        .toList();
        return governors.isEmpty() ? "none" : String.join("+", governors);
    }

    private static List<String> mitigations(HostFiles files) {
        var open = new ArrayList<String>();
        for (String name : files.names(SYS_CPU + "vulnerabilities", "")) {
            String state = files.text(SYS_CPU + "vulnerabilities/" + name).orElse(UNKNOWN);
            if (!state.equals("Not affected")) {
                open.add(name + ": " + state);
            }
        }
        return open;
    }

    private static List<String> arguments(HostFiles files) {
        return files.text("proc/cmdline").stream()
                .flatMap(line -> Arrays.stream(line.split(" ")))
                .filter(word -> ARGUMENTS.stream().anyMatch(word::startsWith))
                .toList();
    }

    private static String commandLine(HostFiles files) {
        return files.text("proc/self/cmdline")
                .map(line -> line.replace('\0', ' ').strip())
                .or(() -> ProcessHandle.current().info().commandLine())
                .orElse(UNKNOWN);
    }

    /** Returns the block as a report prints it, one {@code name: value} a line. */
    public List<String> lines() {
        return List.of(
                "command: " + commandLine,
                "JDK: " + jdk,
                "JVM flags: " + String.join(" ", vmFlags),
                "collectors: " + String.join(", ", collectors),
                "kernel: " + kernelRelease,
                "kernel arguments: " + String.join(" ", kernelArguments),
                "CPU: " + cpuModel + (virtualised ? " (virtual machine)" : ""),
                "CPUs online: " + cpusOnline + ", allowed: " + cpusAllowed,
                "frequency governor: " + frequencyGovernor + ", idle governor: " + idleGovernor,
                "clock source: " + clockSource,
                "mitigations: " + String.join("; ", mitigations));
    }
}
