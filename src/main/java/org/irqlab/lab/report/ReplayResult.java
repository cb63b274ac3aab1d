package org.irqlab.lab.report;

import org.HdrHistogram.Histogram;
import org.irqlab.lab.compare.TraceMeasurement;
import org.irqlab.lab.measure.CellFailure;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.Conservation;
import org.irqlab.lab.measure.CpuNoise;
import org.irqlab.lab.measure.ModelCost;
import org.irqlab.lab.measure.PlacementFacts;
import org.irqlab.lab.measure.StageHistograms;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.measure.TraceFacts;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A replay: all cells, by strategy, with the self-check and the differences to the original.
 *
 * @param strategies that have at least one cell, original first
 * @param against what a strategy predicts held against a recording of it, or null
 * @param interrupted whether the user ended the replay before its last cell
 */
public record ReplayResult(
        Setup setup,
        TraceFacts trace,
        SelfCheck selfCheck,
        List<StrategyResult> strategies,
        List<Contrast> contrasts,
        List<CellFailure> failures,
        Against against,
        boolean interrupted) {
    /** Puts the finished cells together. */
    public static ReplayResult of(
            Setup setup,
            TraceFacts trace,
            List<CellResult> cells,
            List<CellFailure> failures,
            boolean interrupted) {
        var present = EnumSet.noneOf(Strategy.class);
        cells.forEach(c -> present.add(c.strategy()));
        var strategies = new ArrayList<StrategyResult>();
        present.forEach(s -> strategies.add(StrategyResult.of(s, cells)));
        StrategyResult original = StrategyResult.of(Strategy.ORIGINAL, cells);
        return new ReplayResult(
                setup,
                trace,
                SelfCheck.of(original),
                List.copyOf(strategies),
                Contrast.of(
                        original,
                        strategies.stream()
                                .filter(s -> s.strategy() != Strategy.ORIGINAL)
                                .toList()),
                List.copyOf(failures),
                null,
                interrupted);
    }

    /** Adds what {@code strategy} predicts, held against a recording of it. */
    public ReplayResult against(TraceMeasurement other, Strategy strategy) {
        return new ReplayResult(
                setup,
                trace,
                selfCheck,
                strategies,
                contrasts,
                failures,
                Against.of(other, StrategyResult.of(strategy, cells())),
                interrupted);
    }

    List<CellResult> cells() {
        return strategies.stream().flatMap(s -> s.cells().stream()).toList();
    }

    /** Returns the sum over all cells. */
    public Conservation conservation() {
        return strategies.stream()
                .map(StrategyResult::conservation)
                .reduce(Conservation.NONE, Conservation::plus);
    }

    /** Returns whether every cell finished its work and lost nothing. */
    public boolean sound() {
        return failures.isEmpty()
                && !cells().isEmpty()
                && cells().stream().allMatch(c -> !c.stalled() && c.conservation().balanced());
    }

    /** Returns where the cells ran: valid only if every cell's placement was. */
    PlacementFacts placement() {
        List<PlacementFacts> placements = cells().stream().map(CellResult::placement).toList();
        return placements.stream()
                .filter(p -> !p.validForLatency())
                .findFirst()
                .or(() -> placements.stream().findFirst())
                .orElse(new PlacementFacts(false, "no cell finished", "none", List.of()));
    }

    List<ModelCost> model() {
        return cells().stream().map(CellResult::model).findFirst().orElse(List.of());
    }

    /** Returns the cells' warnings, each once. */
    List<String> warnings() {
        var warnings = new ArrayList<String>();
        for (CellResult cell : cells()) {
            for (String warning : cell.warnings()) {
                if (!warnings.contains(warning)) {
                    warnings.add(warning);
                }
            }
        }
        return warnings;
    }

    Histogram noise(Function<CpuNoise, Histogram> which) {
        Histogram sum = StageHistograms.empty();
        cells().forEach(c -> c.noise().forEach(n -> sum.add(which.apply(n))));
        return sum;
    }

    /** Returns the shares of time that the host took from a CPU in a cell, sorted. */
    List<Double> stolenShares() {
        var shares = new ArrayList<Double>();
        cells().forEach(c -> c.noise().forEach(n -> shares.add(n.stolenShare())));
        shares.sort(null);
        return shares;
    }

    int blocks() {
        var blocks = new TreeSet<Integer>();
        cells().forEach(c -> blocks.add(c.block()));
        return blocks.size();
    }
}
