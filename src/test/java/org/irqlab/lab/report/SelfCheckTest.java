package org.irqlab.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.HdrHistogram.Histogram;
import org.irqlab.lab.measure.CellCounts;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.CheckRow;
import org.irqlab.lab.measure.SampleCounts;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.support.Cells;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SelfCheckTest {
    private static final CellCounts COUNTS = new CellCounts(1, 1, 1, 1000, 20, 1000);

    @Test
    void reproducesWhatIsClose() {
        SelfCheck check = check(row("a", 1.2, 1000), row("b", 0.85, 1000));
        assertEquals("reproduced", check.verdict());
        assertEquals(SelfCheck.Word.REPRODUCED, check.rows().getFirst().word());
        assertEquals(1.2, check.rows().getFirst().ratio(Quantile.P50), 0.01);
    }

    @Test
    void countsWhatTwoRunsOfTheKernelWouldDifferByAsReproduced() {
        SelfCheck check = check(row("a", 1.9, 1000));
        assertEquals("reproduced", check.verdict());
        assertEquals(SelfCheck.Word.WITHIN_PAIR, check.rows().getFirst().word());
    }

    @Test
    void tellsPartlyFromNotReproduced() {
        assertEquals("partly reproduced", check(row("a", 2.5, 1000), row("b", 1, 1000)).verdict());
        assertEquals("not reproduced", check(row("a", 2.5, 1000), row("b", 3, 1000)).verdict());
    }

    @Test
    void doesNotReproduceWhatHappensTwiceAsOften() {
        CheckRow row = Cells.check("a", true, 0, Cells.spread(1, 1000), Cells.spread(1, 2100));
        assertEquals("not reproduced", check(row).verdict());
    }

    @Test
    void judgesNothingFromFewSamples() {
        assertEquals("inconclusive", check(row("a", 9, 19)).verdict());
        assertEquals("inconclusive", SelfCheck.of(strategy()).verdict());
    }

    @Test
    void leavesOutStagesThatOnlyTheReplayHas() {
        CheckRow extra = Cells.check("b", true, 0, Cells.spread(1, 0), Cells.spread(1, 1000));
        assertEquals(1, check(row("a", 1, 1000), extra).rows().size());
    }

    @Test
    void ignoresDifferencesBelowTheResolutionOfTheStamps() {
        CheckRow row = Cells.check("a", true, 1000, Cells.spread(1, 1000), Cells.spread(1.8, 1000));
        assertEquals(SelfCheck.Word.REPRODUCED, check(row).rows().getFirst().word());
    }

    @Test
    void failsWhenReplayedCostsAreNotThoseRecorded() {
        CheckRow cost = Cells.check("cost", false, 0, Cells.spread(1, 1000), Cells.spread(3, 1000));
        assertEquals("not reproduced", check(row("a", 1, 1000), cost).verdict());
    }

    @Test
    void takesTheMeanOfACostWhoseMedianLiesInAHole() {
        Histogram recorded = Cells.spread(1, 49);
        recorded.add(Cells.spread(10, 51));
        Histogram reproduced = Cells.spread(1, 51);
        reproduced.add(Cells.spread(10, 49));
        CheckRow cost = Cells.check("cost", false, 0, recorded, reproduced);
        assertEquals("reproduced", check(row("a", 1, 1000), cost).verdict());
        CheckRow wait = Cells.check("wait", true, 0, recorded, reproduced);
        assertEquals("partly reproduced", check(row("a", 1, 1000), wait).verdict());
    }

    @Test
    void isInvalidAboveTwoPercentMergedWakes() {
        var counts = new CellCounts(1, 1, 1, 1000, 21, 1000);
        assertEquals("reproduced", check(row("a", 1, 1000)).verdict());
        CellResult merged = cell(counts, false, row("a", 1, 1000));
        assertEquals("invalid", SelfCheck.of(strategy(merged)).verdict());
    }

    @Test
    void isInvalidWhenAReplayStalled() {
        SelfCheck check = SelfCheck.of(strategy(cell(COUNTS, true, row("a", 1, 1000))));
        assertEquals("invalid", check.verdict());
        assertTrue(check.reason().contains("stalled"));
    }

    @Test
    void countsSamplesOfDisturbedPeriodsToo() {
        CheckRow row =
                new CheckRow("a", true, 0, Cells.spread(1, 1000), 1000, Cells.spread(1, 400));
        assertEquals("reproduced", check(row).verdict());
    }

    @Test
    void judgesNothingFromFewUndisturbedSamples() {
        CheckRow row = new CheckRow("a", true, 0, Cells.spread(1, 1000), 1000, Cells.spread(1, 19));
        assertEquals("inconclusive", check(row).verdict());
    }

    @Test
    void isInconclusiveWhenTheHostDisturbedMostSamples() {
        CellResult cell = cell(COUNTS, false, row("a", 1, 1000));
        var quiet = new SampleCounts(1000, 500, 0, 10, 5);
        var noisy = new SampleCounts(1000, 500, 1, 10, 5);
        assertEquals("reproduced", SelfCheck.of(strategy(with(cell, quiet))).verdict());
        assertEquals("inconclusive", SelfCheck.of(strategy(with(cell, noisy))).verdict());
    }

    @Test
    void mergesTheBlocks() {
        SelfCheck check =
                SelfCheck.of(
                        strategy(
                                cell(COUNTS, false, row("a", 1, 1000)),
                                cell(COUNTS, false, row("a", 1, 1000))));
        SelfCheck.Row row = check.rows().getFirst();
        assertEquals(2000, row.merged().reproduced().getTotalCount());
        assertEquals(1000, row.merged().recorded().getTotalCount());
        assertEquals(1000, row.reproducedCount());
        assertEquals(1.0, row.countRatio());
    }

    private static CheckRow row(String name, double factor, int samples) {
        return Cells.check(name, true, 0, Cells.spread(1, samples), Cells.spread(factor, samples));
    }

    private static SelfCheck check(CheckRow... rows) {
        return SelfCheck.of(strategy(cell(COUNTS, false, rows)));
    }

    private static StrategyResult strategy(CellResult... cells) {
        return new StrategyResult(Strategy.ORIGINAL, List.of(cells), List.of());
    }

    private static CellResult with(CellResult cell, SampleCounts samples) {
        return new CellResult(
                cell.strategy(),
                cell.block(),
                cell.seed(),
                cell.startedEpochMs(),
                cell.durationNs(),
                cell.trace(),
                cell.placement(),
                cell.sources(),
                cell.conservation(),
                cell.counts(),
                samples,
                cell.noise(),
                cell.selfCheck(),
                cell.model(),
                cell.warnings(),
                cell.stalled());
    }

    private static CellResult cell(CellCounts counts, boolean stalled, CheckRow... rows) {
        CellResult cell = Cells.cell(Strategy.ORIGINAL, 1);
        return new CellResult(
                cell.strategy(),
                cell.block(),
                cell.seed(),
                cell.startedEpochMs(),
                cell.durationNs(),
                cell.trace(),
                cell.placement(),
                cell.sources(),
                cell.conservation(),
                counts,
                cell.samples(),
                cell.noise(),
                List.of(rows),
                cell.model(),
                cell.warnings(),
                stalled);
    }
}
