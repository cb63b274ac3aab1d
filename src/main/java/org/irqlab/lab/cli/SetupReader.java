package org.irqlab.lab.cli;

import org.irqlab.lab.measure.JavaCommand;
import org.irqlab.lab.report.Setup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** The conditions of a run, as the JVM and {@code /proc} tell them. */
final class SetupReader {
    private static final int STEAL = 8;

    private final Path root;
    private final Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final double loadAverage;
    private final long[] ticksBefore;

    /**
     * @param root of the file system that holds {@code proc} and {@code sys}
     */
    SetupReader(Path root) {
        this.root = root;
        this.loadAverage = loadAverage();
        this.ticksBefore = ticks();
    }

    /** Returns the set-up, with what the hypervisor took since this reader was made. */
    Setup setup(String commandLine, long seed, int blocks) {
        return new Setup(
                commandLine,
                Main.version(),
                System.getProperty("java.vendor")
                        + " "
                        + System.getProperty("java.runtime.version"),
                String.join(" ", JavaCommand.flags()),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                cpuModel(),
                Runtime.getRuntime().availableProcessors(),
                first("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "unknown"),
                loadAverage,
                stealShare(),
                seed,
                blocks,
                started);
    }

    private String cpuModel() {
        for (String line : lines("proc/cpuinfo")) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.startsWith("model name")) {
                return line.substring(colon + 1).strip();
            }
        }
        return System.getProperty("os.arch");
    }

    private double loadAverage() {
        try {
            return Double.parseDouble(first("proc/loadavg", "-1").split(" ")[0]);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private double stealShare() {
        long[] now = ticks();
        if (now.length <= STEAL || ticksBefore.length <= STEAL) {
            return -1;
        }
        long total = 0;
        // user nice system idle iowait irq softirq steal; guest time is part of user.
        for (int i = 1; i <= STEAL; i++) {
            total += now[i] - ticksBefore[i];
        }
        return total <= 0 ? -1 : (double) (now[STEAL] - ticksBefore[STEAL]) / total;
    }

    private long[] ticks() {
        String[] fields = first("proc/stat", "").split(" +");
        var ticks = new long[fields.length];
        try {
            for (int i = 1; i < fields.length; i++) {
                ticks[i] = Long.parseLong(fields[i]);
            }
        } catch (NumberFormatException e) {
            return new long[0];
        }
        return ticks;
    }

    private String first(String file, String otherwise) {
        List<String> lines = lines(file);
        return lines.isEmpty() ? otherwise : lines.getFirst().strip();
    }

    private List<String> lines(String file) {
        try {
            return Files.readAllLines(root.resolve(file));
        } catch (IOException e) {
            return List.of();
        }
    }
}
