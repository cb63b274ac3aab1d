package org.irqlab.lab.report;

import org.HdrHistogram.Histogram;

/** The percentiles that are reported, each only with at least 10/(1−p) samples. */
enum Quantile {
    P50("p50", "p50", 50, 20),
    P90("p90", "p90", 90, 100),
    P99("p99", "p99", 99, 1_000),
    P999("p999", "p99.9", 99.9, 10_000),
    MAX("max", "max", 100, 1);

    final String key;
    final String title;
    final long samplesNeeded;
    private final double percentile;

    Quantile(String key, String title, double percentile, long samplesNeeded) {
        this.key = key;
        this.title = title;
        this.percentile = percentile;
        this.samplesNeeded = samplesNeeded;
    }

    boolean reportable(Histogram histogram) {
        return histogram.getTotalCount() >= samplesNeeded;
    }

    long ns(Histogram histogram) {
        return histogram.getValueAtPercentile(percentile);
    }

    /** Returns the value in µs, or why there is none. */
    String text(Histogram histogram) {
        return reportable(histogram) ? Text.micros(ns(histogram)) : "n/a";
    }
}
