package org.irqlab.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.support.Cells;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ContrastTest {
    @Test
    void isBetterOrWorseOnlyWhenEveryBlockAgrees() {
        assertEquals("better", p50(0.5, 0.6, 0.7).verdict());
        assertEquals("worse", p50(1.5, 1.6, 1.7).verdict());
        assertEquals("inconclusive", p50(0.5, 0.6, 1.7).verdict());
        assertEquals("no practical difference", p50(0.98, 1, 1.02).verdict());
    }

    @Test
    void needsThreeBlocks() {
        assertEquals("inconclusive (needs 3 blocks)", p50(0.5, 0.6).verdict());
    }

    @Test
    void comparesWithinABlock() {
        Contrast contrast = p50(0.5, 0.6, 0.8);
        assertEquals(0.5, contrast.lowest(), 0.01);
        assertEquals(0.6, contrast.median(), 0.01);
        assertEquals(0.8, contrast.highest(), 0.01);
        assertEquals(3, contrast.blocks());
    }

    @Test
    void raisesTheThresholdToTheVariationOfTheOriginal() {
        List<CellResult> original = cells(Strategy.ORIGINAL, 1, 1.5, 1);
        List<CellResult> other = cells(Strategy.INLINE, 0.8, 1.2, 0.8);
        Contrast contrast = contrast(original, other);
        assertEquals(0.5, contrast.threshold(), 0.02);
        assertEquals("no practical difference", contrast.verdict());
    }

    @Test
    void leavesOutBlocksWithoutTheOriginal() {
        List<CellResult> original = cells(Strategy.ORIGINAL, 1, 1);
        List<CellResult> other = cells(Strategy.INLINE, 2, 2, 2);
        assertEquals(2, contrast(original, other).blocks());
        assertTrue(Contrast.of(result(Strategy.ORIGINAL, List.of()), List.of()).isEmpty());
    }

    private static Contrast p50(double... factors) {
        double[] ones = factors.clone();
        Arrays.fill(ones, 1);
        return contrast(cells(Strategy.ORIGINAL, ones), cells(Strategy.INLINE, factors));
    }

    private static Contrast contrast(List<CellResult> original, List<CellResult> other) {
        return Contrast.of(
                        result(Strategy.ORIGINAL, original),
                        List.of(result(Strategy.INLINE, other)))
                .stream()
                .filter(c -> c.metric().equals("arrival→top p50"))
                .findFirst()
                .orElseThrow();
    }

    private static StrategyResult result(Strategy strategy, List<CellResult> cells) {
        return StrategyResult.of(strategy, cells);
    }

    private static List<CellResult> cells(Strategy strategy, double... factors) {
        var cells = new ArrayList<CellResult>();
        for (double factor : factors) {
            cells.add(Cells.cell(strategy, cells.size() + 1, factor, 2000));
        }
        return cells;
    }
}
