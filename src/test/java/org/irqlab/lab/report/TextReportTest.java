package org.irqlab.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.measure.CellFailure;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.Conservation;
import org.irqlab.lab.measure.PlacementFacts;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.support.Cells;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TextReportTest {
    @Test
    void endsWithTheBalance() {
        String last = TextReport.of(Results.sound()).lines().toList().getLast();
        assertEquals(
                "conservation: arrivals 12030 = handled 12000 + coalesced 18 + dropped 12;"
                        + " work queued 12000 = run 12000: balanced",
                last);
    }

    @Test
    void saysWhenSomethingWasLost() {
        CellResult cell =
                with(Cells.cell(Strategy.ORIGINAL, 1), new Conservation(10, 8, 1, 0, 5, 5));
        ReplayResult result = Results.of(List.of(cell), List.of());
        assertTrue(TextReport.of(result).endsWith(": NOT BALANCED\n"));
        assertFalse(result.sound());
    }

    @Test
    void showsPercentilesOnlyWithEnoughSamples() {
        String top = line(TextReport.of(Results.sound()), "  top half");
        // 5400 clean samples of 6000: too few for p99.9.
        assertTrue(top.matches(" +top half +5,400( +1\\.\\d\\d){3} +n/a .*\\| +6,000 .*"), top);
    }

    @Test
    void comparesStrategiesByBlock() {
        String text = TextReport.of(Results.sound());
        String row =
                text.substring(text.indexOf("arrival→done p50 (below"))
                        .lines()
                        .skip(1)
                        .findFirst()
                        .orElseThrow();
        assertTrue(row.matches(" +threaded +−(49|50|51)\\.\\d % .* better"), row);
    }

    @Test
    void headsLatenciesOfABadPlacement() {
        CellResult good = Cells.cell(Strategy.ORIGINAL, 1);
        CellResult bad =
                new CellResult(
                        good.strategy(),
                        2,
                        good.seed(),
                        good.startedEpochMs(),
                        good.durationNs(),
                        good.trace(),
                        new PlacementFacts(false, "4 CPUs on 2 cores", "poll points", List.of()),
                        good.sources(),
                        good.conservation(),
                        good.counts(),
                        good.samples(),
                        good.noise(),
                        good.selfCheck(),
                        good.model(),
                        good.warnings(),
                        false);
        String text = TextReport.of(Results.of(List.of(good, bad), List.of()));
        assertTrue(text.contains("\nNOT VALID FOR LATENCY: 4 CPUs on 2 cores\n"), text);
        assertFalse(TextReport.of(Results.sound()).contains("NOT VALID"));
    }

    @Test
    void namesThePlatform() {
        assertEquals(
                "platform     arm64: GICv3 with ITS, an LPI for each line",
                line(TextReport.of(Results.sound()), "platform").strip());
    }

    @Test
    void showsTheTailOfAFailedCell() {
        ReplayResult result =
                Results.of(
                        List.of(Cells.cell(Strategy.ORIGINAL, 1)),
                        List.of(new CellFailure("softirq/1", "ended with exit code 1", "a\nb")));
        String text = TextReport.of(result);
        assertTrue(
                text.contains("CELL softirq/1 FAILED: ended with exit code 1\n  | a\n  | b\n"),
                text);
        assertFalse(result.sound());
    }

    private static String line(String text, String start) {
        return text.lines()
                .filter(l -> l.strip().startsWith(start.strip()))
                .findFirst()
                .orElseThrow();
    }

    private static CellResult with(CellResult cell, Conservation conservation) {
        return new CellResult(
                cell.strategy(),
                cell.block(),
                cell.seed(),
                cell.startedEpochMs(),
                cell.durationNs(),
                cell.trace(),
                cell.placement(),
                cell.sources(),
                conservation,
                cell.counts(),
                cell.samples(),
                cell.noise(),
                cell.selfCheck(),
                cell.model(),
                cell.warnings(),
                cell.stalled());
    }
}
