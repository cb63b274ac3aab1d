package org.irqlab.kernel.softirq;

import java.util.List;

/**
 * The text of {@code /proc/softirqs}, and of the ages, which the kernel does not show.
 *
 * <p>Racy, as the file is: the counters go on while it is read.
 *
 * @see "Linux fs/proc/softirqs.c, show_softirqs"
 */
public final class SoftirqsText {
    private static final double[] SHARES = {0.5, 0.9, 0.99, 0.999};

    private SoftirqsText() {}

    /** Returns how often each vector ran: a row for each, a column for each CPU. */
    public static String counts(List<Softirqs> cpus) {
        var text = new StringBuilder(" ".repeat(20));
        for (int cpu = 0; cpu < cpus.size(); cpu++) {
            text.append("CPU%-8d".formatted(cpu));
        }
        text.append('\n');
        for (SoftirqVector vector : SoftirqVector.values()) {
            text.append("%12s:".formatted(vector));
            cpus.forEach(cpu -> text.append(" %10d".formatted(cpu.counts().ran(vector))));
            text.append('\n');
        }
        return text.toString();
    }

    /**
     * Returns how long the vectors of all CPUs together waited from raise to run, in µs: a row for
     * each vector that has run.
     */
    public static String ages(List<Softirqs> cpus) {
        var text =
                new StringBuilder(
                        "%12s %10s %9s %9s %9s %9s %9s%n"
                                .formatted(
                                        "raise→run, µs",
                                        "count",
                                        "p50",
                                        "p90",
                                        "p99",
                                        "p99.9",
                                        "max"));
        for (SoftirqVector vector : SoftirqVector.values()) {
            AgeSnapshot all =
                    cpus.stream()
                            .map(cpu -> cpu.ages().of(vector))
                            .reduce(AgeSnapshot::plus)
                            .orElseThrow();
            if (all.count() > 0) {
                text.append("%12s: %10d".formatted(vector, all.count()));
                for (double share : SHARES) {
                    text.append(" %9.2f".formatted(all.quantileNs(share) / 1e3));
                }
                text.append(" %9.2f%n".formatted(all.maxNs() / 1e3));
            }
        }
        return text.toString();
    }
}
