package org.irqlab.lab.report;

import org.irqlab.lab.measure.CellCounts;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.Conservation;
import org.irqlab.lab.measure.SampleCounts;
import org.irqlab.lab.measure.SourceResult;
import org.irqlab.lab.measure.Stage;
import org.irqlab.lab.measure.StageResult;
import org.irqlab.lab.measure.Strategy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One strategy: its cells, and what they have in common.
 *
 * @param cells by block
 * @param sources merged over the cells, those with most arrivals first
 */
public record StrategyResult(
        Strategy strategy, List<CellResult> cells, List<SourceResult> sources) {
    static StrategyResult of(Strategy strategy, List<CellResult> cells) {
        List<CellResult> byBlock =
                cells.stream()
                        .filter(c -> c.strategy() == strategy)
                        .sorted(Comparator.comparingInt(CellResult::block))
                        .toList();
        return new StrategyResult(strategy, byBlock, merged(byBlock));
    }

    private static List<SourceResult> merged(List<CellResult> cells) {
        var merged = new LinkedHashMap<String, SourceResult>();
        for (CellResult cell : cells) {
            for (SourceResult source : cell.sources()) {
                merged.merge(
                        source.kind() + " " + source.name(),
                        new SourceResult(
                                source.name(),
                                source.kind(),
                                source.movable(),
                                source.conservation(),
                                stages(List.of(source))),
                        StrategyResult::plus);
            }
        }
        var sources = new ArrayList<>(merged.values());
        sources.sort(Comparator.comparingLong(s -> -s.conservation().arrivals()));
        return List.copyOf(sources);
    }

    private static SourceResult plus(SourceResult sum, SourceResult other) {
        other.stages().forEach((stage, result) -> sum.stages().get(stage).add(result));
        return new SourceResult(
                sum.name(),
                sum.kind(),
                sum.movable() || other.movable(),
                sum.conservation().plus(other.conservation()),
                sum.stages());
    }

    /** Returns the sum of the sources' stages; every stage is there, perhaps without samples. */
    static Map<Stage, StageResult> stages(List<SourceResult> sources) {
        var sum = new EnumMap<Stage, StageResult>(Stage.class);
        for (Stage stage : Stage.values()) {
            sum.put(stage, StageResult.empty());
        }
        for (SourceResult source : sources) {
            source.stages().forEach((stage, result) -> sum.get(stage).add(result));
        }
        return sum;
    }

    Map<Stage, StageResult> stages(Predicate<SourceResult> which) {
        return stages(sources.stream().filter(which).toList());
    }

    Conservation conservation() {
        return cells.stream()
                .map(CellResult::conservation)
                .reduce(Conservation.NONE, Conservation::plus);
    }

    CellCounts counts() {
        return cells.stream().map(CellResult::counts).reduce(CellCounts.NONE, CellCounts::plus);
    }

    SampleCounts samples() {
        return cells.stream()
                .map(CellResult::samples)
                .reduce(SampleCounts.NONE, SampleCounts::plus);
    }

    boolean stalled() {
        return cells.stream().anyMatch(CellResult::stalled);
    }
}
