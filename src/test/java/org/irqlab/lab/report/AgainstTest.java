package org.irqlab.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.compare.TraceMeasurement;
import org.irqlab.lab.measure.CellCounts;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.CheckRow;
import org.irqlab.lab.measure.SampleCounts;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.trace.TraceInput;
import org.irqlab.support.Cells;
import org.irqlab.support.SenderTraces;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AgainstTest {
    private static final String PREEMPTING = "waking→in local busy preempting [napi]";
    private static final String WAITING = "waking→in local busy waiting [napi]";
    private static final TraceMeasurement RECORDED = recorded();

    @Test
    void isPredictedWhenEveryRowThatCountsIsWithin() {
        var stages = SenderTraces.threaded(2_000).stages();
        CheckRow[] rows =
                stages.rows().stream()
                        .map(row -> row(row.name(), stages.samples(row.name())))
                        .toArray(CheckRow[]::new);
        Against against = against(rows);
        assertEquals("predicted", against.verdict());
        long judged = against.comparison().judged();
        assertTrue(judged > 3, "judged " + judged);
        assertTrue(
                against.reason().startsWith(judged + " of " + judged + " rows"), against.reason());
    }

    @Test
    void isPartlyPredictedWhenSomeRowsAreOutside() {
        var stages = SenderTraces.threaded(2_000).stages();
        CheckRow[] rows =
                stages.rows().stream()
                        .filter(row -> !row.name().equals(WAITING))
                        .map(row -> row(row.name(), stages.samples(row.name())))
                        .toArray(CheckRow[]::new);
        assertEquals("partly predicted", against(rows).verdict());
    }

    @Test
    void isNotPredictedWhenMostRowsAreOutside() {
        Against against = against(preempting(9_000, 1_000), waiting(90_000, 1_000));
        assertEquals("not predicted", against.verdict());
        assertEquals("outside", word(against, PREEMPTING));
    }

    @Test
    void saysNothingWithoutACell() {
        Against against =
                Against.of(RECORDED, new StrategyResult(Strategy.THREADED, List.of(), List.of()));
        assertEquals("inconclusive", against.verdict());
        assertEquals("no cell of threaded finished", against.reason());
    }

    @Test
    void isInvalidWhenAReplayStalledOrMergedItsWakes() {
        var counts = new CellCounts(1, 1, 1, 1_000, 21, 1_000);
        var quiet = new SampleCounts(1_000, 0, 0, 10, 0);
        CheckRow row = preempting(2_000, 1_000);
        assertEquals("invalid", against(cell(counts, quiet, false, row)).verdict());
        var sound = new CellCounts(1, 1, 1, 1_000, 20, 1_000);
        assertEquals("invalid", against(cell(sound, quiet, true, row)).verdict());
    }

    @Test
    void isInconclusiveWhenTheHostDisturbedMostSamples() {
        var counts = new CellCounts(1, 1, 1, 1_000, 0, 1_000);
        var noisy = new SampleCounts(1_000, 501, 0, 10, 5);
        Against against = against(cell(counts, noisy, false, preempting(2_000, 1_000)));
        assertEquals("inconclusive", against.verdict());
    }

    @Test
    void textSetsEachStageBesideItsPredictionAndTheYardstick() {
        ReplayResult result =
                Results.of(
                                List.of(sound(preempting(2_380, 1_000), waiting(20_000, 1_000))),
                                List.of())
                        .against(RECORDED, Strategy.THREADED);
        String text = TextReport.of(result);
        assertTrue(text.contains("\nAGAINST threaded.trace (recorded, beside what threaded"), text);
        List<String> lines = text.lines().toList();
        int at =
                lines.indexOf(
                        lines.stream()
                                .filter(l -> l.contains(PREEMPTING))
                                .findFirst()
                                .orElseThrow());
        assertLine(lines.get(at), "    waking.* +recorded +1,000 +50.0 % +2.00 +2.00 +2.00 +2.00");
        assertLine(lines.get(at + 1), " +predicted +1,000 +50.0 % +2.38 .* 1.00");
        assertLine(
                lines.get(at + 2),
                " +ratio +1.00 +\\+0.0 pt +1.19 +1.19 +1.19 +1.19 +outside: mean ×1.19 > 1.15"
                        + " \\(tolerance\\)");
        assertLine(lines.get(at + 3), " +A/A +1.02 +±0.5 pt +1.20 +1.11 +1.29 +1.14 +0.39");
    }

    private static void assertLine(String line, String pattern) {
        assertTrue(line.matches(pattern), line);
    }

    private static String word(Against against, String row) {
        return against.comparison().rows().stream()
                .filter(r -> r.name().equals(row))
                .findFirst()
                .orElseThrow()
                .verdict()
                .word()
                .text();
    }

    private static Against against(CheckRow... rows) {
        return against(sound(rows));
    }

    private static Against against(CellResult cell) {
        return Against.of(
                RECORDED, new StrategyResult(Strategy.THREADED, List.of(cell), List.of()));
    }

    static CheckRow preempting(long ns, int count) {
        return row(PREEMPTING, ns, count);
    }

    static CheckRow waiting(long ns, int count) {
        return row(WAITING, ns, count);
    }

    private static CheckRow row(String name, long[] samples) {
        var predicted = Cells.spread(1, 0);
        Arrays.stream(samples).forEach(predicted::recordValue);
        return Cells.check(name, true, 10, Cells.spread(1, 0), predicted);
    }

    private static CheckRow row(String name, long ns, int count) {
        var predicted = Cells.spread(1, 0);
        predicted.recordValueWithCount(ns, count);
        return Cells.check(name, true, 10, Cells.spread(1, 0), predicted);
    }

    private static CellResult sound(CheckRow... rows) {
        return cell(
                new CellCounts(1, 1, 1, 1_000, 0, 1_000),
                new SampleCounts(1_000, 0, 0, 10, 0),
                false,
                rows);
    }

    private static CellResult cell(
            CellCounts counts, SampleCounts samples, boolean stalled, CheckRow... rows) {
        CellResult cell = Cells.cell(Strategy.THREADED, 1);
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
                samples,
                cell.noise(),
                List.of(rows),
                cell.model(),
                cell.warnings(),
                stalled);
    }

    static TraceMeasurement recorded() {
        byte[] text = SenderTraces.threaded(2_000).text().getBytes(StandardCharsets.UTF_8);
        return TraceMeasurement.read(TraceInput.bytes("t", text), "threaded.trace", 0);
    }
}
