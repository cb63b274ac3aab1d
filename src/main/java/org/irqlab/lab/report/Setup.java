package org.irqlab.lab.report;

import java.time.Instant;

/**
 * Under what conditions a result came about.
 *
 * @param commandLine as typed
 * @param version of irqlab
 * @param jdk vendor and version
 * @param jvmFlags of the process and its cells
 * @param kernel of the host
 * @param cpuModel of the host
 * @param hostCores that this process may use
 * @param governor of the host's CPU frequency, or {@code unknown}
 * @param loadAverage over the last minute at the start, negative = unknown
 * @param hostStealShare share of the host's CPU time that its hypervisor took meanwhile, negative =
 *     unknown
 */
public record Setup(
        String commandLine,
        String version,
        String jdk,
        String jvmFlags,
        String kernel,
        String cpuModel,
        int hostCores,
        String governor,
        double loadAverage,
        double hostStealShare,
        long seed,
        int blocks,
        Instant started) {}
