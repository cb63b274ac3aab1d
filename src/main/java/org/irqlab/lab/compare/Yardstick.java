package org.irqlab.lab.compare;

import java.util.Arrays;

/**
 * What two identical runs of the real kernel differ by, per kind of stage: the limit of any
 * prediction.
 *
 * <p>Measured on aa-disk-busy-cpu, one configuration recorded twice (Linux 6.18.44, KVM guest with
 * 2 CPUs, fio on CPU 0, the disk's interrupt on CPU 1 beside a spinning task), by {@code irqlab
 * compare-traces aa-disk-busy-cpu-1.trace.gz aa-disk-busy-cpu-2.trace.gz}: of the rows of a kind
 * with at least 1,000 events in the first, the greatest factor between the two, whichever is the
 * larger, rounded up to 0.01; of the share, the greatest difference; of the distance, the greatest.
 */
public enum Yardstick {
    SOFTIRQ_ENTRY(
            "ways to a softirq",
            Figures.of(1.12, 0, 1.37, 1.99, 1.06, 1.25),
            0.71,
            "softirq entry"),
    WAKE("wakes", Figures.of(1.01, 0, 1.25, 1.14, 1.41, 1.20), 0.60, "→wakeup"),
    /** Work items too, of which the pair has too few: a start follows a wake and a switch-in. */
    SWITCH_IN("ways to a switch-in", Figures.of(1.02, 0.005, 1.20, 1.11, 1.29, 1.14), 0.39, "→"),
    QUANTUM("quanta of tasks", Figures.of(1, 0, 1.02, 1.44, 1.32, 4.20), 0.47, "quantum"),
    RUN("runs", Figures.of(1.12, 0, 1.68, 1.50, 1.22, 1.45), 0.81, "");

    /** The recordings, and how they are compared. */
    public static final String SOURCE =
            "irqlab compare-traces aa-disk-busy-cpu-1.trace.gz aa-disk-busy-cpu-2.trace.gz";

    private final String text;
    private final Figures factors;
    private final double distance;
    private final String part;

    /**
     * @param part of the names of such rows; the first that fits decides
     */
    Yardstick(String text, Figures factors, double distance, String part) {
        this.text = text;
        this.factors = factors;
        this.distance = distance;
        this.part = part;
    }

    static Yardstick of(String row) {
        if (row.startsWith("raise→entry")) {
            return SOFTIRQ_ENTRY;
        }
        return Arrays.stream(values())
                .filter(yardstick -> row.contains(yardstick.part))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the kind of stages that it was measured on. */
    public String text() {
        return text;
    }

    /** Returns factors from 1 up; of {@link Figure#SHARE} a difference. */
    public Figures factors() {
        return factors;
    }

    /** Returns the Kolmogorov–Smirnov distance. */
    public double distance() {
        return distance;
    }
}
