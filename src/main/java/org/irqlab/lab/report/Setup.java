package org.irqlab.lab.report;

import org.irqlab.host.HostSetup;
import org.irqlab.lab.measure.Platform;

import java.time.Instant;

/**
 * Under what conditions a result came about.
 *
 * @param commandLine as typed
 * @param version of irqlab
 * @param platform of the machine that replays
 * @param host and JVM, the same for all cells
 * @param loadAverage of the host over the minute before the start, negative = unknown
 * @param hostStealShare share of the host's CPU time that its hypervisor took meanwhile, negative =
 *     unknown
 */
public record Setup(
        String commandLine,
        String version,
        Platform platform,
        HostSetup host,
        double loadAverage,
        double hostStealShare,
        long seed,
        int blocks,
        Instant started) {}
