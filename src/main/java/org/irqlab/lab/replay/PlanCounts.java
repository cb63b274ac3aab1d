package org.irqlab.lab.replay;

import java.util.LinkedHashMap;
import java.util.Map;

/** Counters of a plan's making, by name. */
final class PlanCounts {
    private final Map<String, Long> values = new LinkedHashMap<>();

    void add(String name, long value) {
        values.merge(name, value, Long::sum);
    }

    long get(String name) {
        return values.getOrDefault(name, 0L);
    }

    Map<String, Long> asMap() {
        return new LinkedHashMap<>(values);
    }
}
