package org.irqlab.lab.cli;

import org.irqlab.base.time.HostClock;
import org.irqlab.host.HostSetup;
import org.irqlab.host.HostSteal;
import org.irqlab.lab.measure.Platform;
import org.irqlab.lab.report.Setup;

import java.lang.management.ManagementFactory;
import java.time.Instant;

/** The conditions of a run; made before it starts, asked when it has ended. */
final class SetupReader {
    private static final double UNKNOWN = -1;

    private final Instant started = Instant.ofEpochSecond(HostClock.epochMillis() / 1000);
    private final long startedNs = HostClock.nowNs();
    private final double loadAverage =
            ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    private final HostSteal steal = HostSteal.live();

    Setup setup(String commandLine, Platform platform, long seed, int blocks) {
        return new Setup(
                commandLine,
                Main.version(),
                platform,
                HostSetup.live(),
                loadAverage,
                stealShare(),
                seed,
                blocks,
                started);
    }

    private double stealShare() {
        HostSteal now = HostSteal.live();
        if (now.stolenNs().isEmpty()) {
            return UNKNOWN;
        }
        long stolenNs =
                now.stolenNs().keySet().stream().mapToLong(cpu -> now.sinceNs(steal, cpu)).sum();
        long elapsedNs = HostClock.nowNs() - startedNs;
        return (double) stolenNs / (elapsedNs * now.stolenNs().size());
    }
}
