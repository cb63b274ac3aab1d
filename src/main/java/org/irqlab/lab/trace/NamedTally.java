package org.irqlab.lab.trace;

import org.agrona.collections.Int2ObjectHashMap;

import java.util.Comparator;
import java.util.List;

/** Counts by name, the names being numbers of a {@link NameTable}. */
final class NamedTally {
    private static final class Count {
        long value;
    }

    private final Int2ObjectHashMap<Count> counts = new Int2ObjectHashMap<>();

    void add(int nameId) {
        Count count = counts.get(nameId);
        if (count == null) {
            count = new Count();
            counts.put(nameId, count);
        }
        count.value++;
    }

    long count(int nameId) {
        Count count = counts.get(nameId);
        return count == null ? 0 : count.value;
    }

    /** Returns all, the most frequent first. */
    List<TraceSummary.NamedCount> list(NameTable names) {
        return counts.entrySet().stream()
                .map(c -> new TraceSummary.NamedCount(names.name(c.getKey()), c.getValue().value))
                .sorted(
                        Comparator.comparingLong(TraceSummary.NamedCount::count)
                                .reversed()
                                .thenComparing(TraceSummary.NamedCount::name))
                .toList();
    }
}
