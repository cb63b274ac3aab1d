package org.irqlab.lab.replay;

import org.agrona.collections.LongArrayList;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Samples by name, each in the set of all and, if no taint lies over it, in the clean set.
 *
 * <p><b>Threads.</b> One.
 */
final class StageTable {
    /** The samples of one name. */
    static final class Stage {
        private final String name;
        private final LongArrayList all = new LongArrayList();
        private final LongArrayList clean = new LongArrayList();
        private final LongArrayList[] byTemperature = {
            new LongArrayList(), new LongArrayList(), new LongArrayList()
        };

        private boolean hidden;

        // By CPU: end of the sample before.
        private long[] lastNs = {};

        Stage(String name) {
            this.name = name;
        }

        private long[] sorted(boolean cleanOnly) {
            return sorted(cleanOnly ? clean : all);
        }

        private static long[] sorted(LongArrayList list) {
            long[] samples = list.toLongArray();
            Arrays.sort(samples);
            return samples;
        }

        private LongArrayList temperature(int cpu, long fromNs, long toNs) {
            if (cpu >= lastNs.length) {
                int known = lastNs.length;
                lastNs = Arrays.copyOf(lastNs, cpu + 1);
                Arrays.fill(lastNs, known, cpu + 1, Long.MIN_VALUE / 2);
            }
            long sinceNs = fromNs - lastNs[cpu];
            lastNs[cpu] = toNs;
            return byTemperature[Temperature.after(sinceNs).ordinal()];
        }
    }

    private final StageAnalysis.Taint taint;
    private final Map<String, Stage> stages = new LinkedHashMap<>();

    StageTable(StageAnalysis.Taint taint) {
        this.taint = taint;
    }

    Stage stage(String name) {
        return stages.computeIfAbsent(name, Stage::new);
    }

    /** Returns a stage that has no row. */
    Stage hidden(String name) {
        Stage stage = stage(name);
        stage.hidden = true;
        return stage;
    }

    /** Returns the stage kept at {@code index}, made with its name at the first time. */
    Stage stage(Stage[] kept, int index, Supplier<String> name) {
        Stage known = kept[index];
        if (known == null) {
            known = stage(name.get());
            kept[index] = known;
        }
        return known;
    }

    /** Adds a sample that spans {@code fromNs} to {@code toNs} on a CPU. */
    void add(Stage stage, int cpu, long fromNs, long toNs) {
        add(stage, cpu, fromNs, toNs, toNs - fromNs);
    }

    void add(Stage stage, int cpu, long fromNs, long toNs, long valueNs) {
        stage.all.addLong(valueNs);
        if (!taint.tainted(cpu, fromNs, toNs)) {
            stage.clean.addLong(valueNs);
        }
    }

    /** As {@link #add}; kept by the temperature too, by the time since the stage's last sample. */
    void addTempered(Stage stage, int cpu, long fromNs, long toNs, long valueNs) {
        stage.temperature(cpu, fromNs, toNs).addLong(valueNs);
        add(stage, cpu, fromNs, toNs, valueNs);
    }

    /** The same, of a path for a task that last ran {@code sinceNs} before. */
    void addForTask(Stage stage, int cpu, long fromNs, long toNs, long sinceNs) {
        stage.byTemperature[Temperature.after(sinceNs).ordinal()].addLong(toNs - fromNs);
        add(stage, cpu, fromNs, toNs);
    }

    List<StageRow> rows(boolean clean) {
        var rows = new ArrayList<StageRow>();
        for (Stage stage : stages.values()) {
            if (stage.hidden) {
                continue;
            }
            rows.add(StageRow.of(stage.name, stage.sorted(clean)));
        }
        return rows;
    }

    long[] samples(String name, boolean clean) {
        Stage stage = stages.get(name);
        if (stage == null) {
            return new long[0];
        }
        return stage.sorted(clean);
    }

    /**
     * Returns the samples, sorted, that the stage had in that state of the CPU's caches; none of a
     * stage that is not kept by it.
     */
    long[] samples(String name, Temperature temperature) {
        Stage stage = stages.get(name);
        return stage == null
                ? new long[0]
                : Stage.sorted(stage.byTemperature[temperature.ordinal()]);
    }
}
