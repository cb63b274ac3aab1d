package org.irqlab.lab.measure;

import java.util.List;

/**
 * What one cell, one strategy in one block in one JVM, measured.
 *
 * @param startedEpochMs when the measured part began
 * @param durationNs of the measured part
 * @param sources in the order of the plan, the same in all cells
 * @param noise per virtual CPU
 * @param selfCheck rows of the original strategy, and of one whose request keeps them, else empty
 * @param model costs that are model
 * @param warnings one sentence each
 * @param stalled the replay stopped before all its work was done
 */
public record CellResult(
        Strategy strategy,
        int block,
        long seed,
        long startedEpochMs,
        long durationNs,
        TraceFacts trace,
        PlacementFacts placement,
        List<SourceResult> sources,
        Conservation conservation,
        CellCounts counts,
        SampleCounts samples,
        List<CpuNoise> noise,
        List<CheckRow> selfCheck,
        List<ModelCost> model,
        List<String> warnings,
        boolean stalled) {
    /** Returns the cell's name: {@code threaded/2}. */
    public String name() {
        return strategy.key() + "/" + block;
    }
}
