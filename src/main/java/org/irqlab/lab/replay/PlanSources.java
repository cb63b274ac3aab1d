package org.irqlab.lab.replay;

import org.irqlab.lab.replay.ReplayPlan.Source;
import org.irqlab.lab.replay.ReplayPlan.SourceKind;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sources of a plan while they are collected.
 *
 * <p><b>Threads.</b> One.
 */
final class PlanSources {
    /** HI, NET_TX, NET_RX, BLOCK, IRQ_POLL, TASKLET: bottom halves of devices. */
    private static final int MOVABLE_VECTORS = 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6;

    static final int BLOCK_VECTOR = 4;

    private static final class Entry {
        private final SourceKind kind;
        private final String name;
        private final int number;
        private int[] byCpu = new int[2];
        private int vectors;

        private Entry(SourceKind kind, String name, int number) {
            this.kind = kind;
            this.name = name;
            this.number = number;
        }

        private int mostlyOn() {
            int best = 0;
            for (int cpu = 1; cpu < byCpu.length; cpu++) {
                best = byCpu[cpu] > byCpu[best] ? cpu : best;
            }
            return best;
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    private final Map<String, Integer> ids = new LinkedHashMap<>();

    /** Returns the number of a source, a new one if it has none, and counts an event on the CPU. */
    int count(SourceKind kind, String name, int number, int cpu) {
        String key = kind.ordinal() + " " + number + " " + name;
        Integer known = ids.get(key);
        int id = known == null ? entries.size() : known;
        if (known == null) {
            ids.put(key, id);
            entries.add(new Entry(kind, name, number));
        }
        Entry entry = entries.get(id);
        if (cpu >= entry.byCpu.length) {
            entry.byCpu = Arrays.copyOf(entry.byCpu, cpu + 1);
        }
        entry.byCpu[cpu]++;
        return id;
    }

    /** The source raised a vector. */
    void raised(int source, int vector) {
        entries.get(source).vectors |= 1 << vector;
    }

    SourceKind kind(int source) {
        return entries.get(source).kind;
    }

    String name(int source) {
        return entries.get(source).name;
    }

    /** Whether interrupts of the source are completions of requests, as those of disks are. */
    boolean completes(int source) {
        Entry entry = entries.get(source);
        return entry.kind == SourceKind.DEVICE && (entry.vectors & 1 << BLOCK_VECTOR) != 0;
    }

    int size() {
        return entries.size();
    }

    private boolean movable(Entry entry) {
        return switch (entry.kind) {
            case DEVICE -> (entry.vectors & MOVABLE_VECTORS) != 0;
            case TASK_SOFTIRQ -> (1 << entry.number & MOVABLE_VECTORS) != 0;
            case LOCAL_TIMER, IPI, TASK_WORK, TASK_WAKE -> false;
        };
    }

    /**
     * Returns the sources of the plan.
     *
     * @param denseCpu CPU of the plan by recorded CPU
     */
    List<Source> sources(int[] denseCpu) {
        var sources = new ArrayList<Source>();
        for (Entry entry : entries) {
            int cpu = denseCpu[entry.mostlyOn()];
            sources.add(
                    new Source(
                            sources.size(),
                            entry.kind,
                            entry.name,
                            entry.number,
                            cpu,
                            movable(entry)));
        }
        return sources;
    }
}
