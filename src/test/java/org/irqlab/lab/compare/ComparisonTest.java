package org.irqlab.lab.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.compare.ComparedRow.Form;
import org.irqlab.lab.compare.ComparedRow.Word;
import org.irqlab.lab.measure.StageHistograms;
import org.irqlab.support.SenderTraces;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

@Timeout(60)
class ComparisonTest {
    private static final String GROUP = "waking→in [napi]";
    private static final String PREEMPTING = "waking→in local busy preempting [napi]";
    private static final String WAITING = "waking→in local busy waiting [napi]";
    private static final String ENTRY = "raise→entry NET_RX";

    @Test
    void showsTheModesOfOneClassOfTasksWithTheirShares() {
        TraceMeasurement trace = measured(SenderTraces.threaded(2_000, i -> i % 5 < 2));
        Comparison comparison = Comparison.ofTraces(trace, trace);
        ComparedRow group = comparison.row(GROUP);
        assertEquals(Form.GROUP, group.form());
        assertEquals(2_000, group.recorded().get(Figure.COUNT));
        assertEquals(1, group.recorded().get(Figure.SHARE));
        ComparedRow preempting = comparison.row(PREEMPTING);
        assertEquals(Form.MODE, preempting.form());
        assertEquals(800, preempting.recorded().get(Figure.COUNT));
        assertEquals(0.4, preempting.recorded().get(Figure.SHARE));
        assertEquals(2_000, preempting.recorded().get(Figure.P50), 2);
        ComparedRow waiting = comparison.row(WAITING);
        assertEquals(0.6, waiting.recorded().get(Figure.SHARE));
        assertEquals(20_004, waiting.recorded().get(Figure.P50), 20);
        int at = comparison.rows().indexOf(group);
        assertEquals(List.of(group, preempting, waiting), comparison.rows().subList(at, at + 3));
    }

    @Test
    void recordingIsWithinTheYardstickOfItself() {
        TraceMeasurement trace = measured(SenderTraces.threaded(2_500));
        Comparison comparison = Comparison.ofTraces(trace, trace);
        assertTrue(comparison.judged() > 3, "rows " + comparison.judged());
        assertEquals(0, comparison.outside());
        comparison.rows().forEach(row -> assertEquals(0, row.distance(), row.name()));
        assertEquals(1, comparison.row(GROUP).ratio().get(Figure.P90));
    }

    @Test
    void fewEventsAreShownButDoNotCount() {
        Comparison comparison =
                predicted(Map.of(ENTRY, samples(500, 999)), Map.of(ENTRY, samples(5_000, 999)));
        ComparedRow row = comparison.row(ENTRY);
        assertEquals(Word.TOO_FEW, row.verdict().word());
        assertFalse(row.counts());
        assertEquals(10, row.ratio().get(Figure.P50), 0.01);
        assertEquals(0, comparison.judged());
        assertEquals(
                0,
                predicted(Map.of(ENTRY, samples(1, 19)), Map.of(ENTRY, samples(1, 19)))
                        .rows()
                        .size());
    }

    @Test
    void tellsToleranceFromWhatTwoRunsOfTheKernelDifferBy() {
        assertEquals(Word.WITHIN_TOLERANCE, word(ENTRY, 1_140));
        // Two identical runs differ by 1.37 at p50, and by 1.25 in the mean.
        assertEquals(Word.WITHIN_PAIR, word(ENTRY, 1_200));
        ComparedRow row = predicted(ENTRY, 1_300).row(ENTRY);
        assertEquals(Word.OUTSIDE, row.verdict().word());
        assertEquals("mean ×1.30 > 1.25 (A/A)", row.verdict().reason());
        assertEquals(1, predicted(ENTRY, 1_300).outside());
    }

    @Test
    void costsThatAreReplayedAsRecordedAreNoEvidenceOfAPrediction() {
        ComparedRow row = predicted("softirq NET_RX", 9_000).row("softirq NET_RX");
        assertFalse(row.evidence());
        assertEquals(Word.OUTSIDE, row.verdict().word());
        assertFalse(row.counts());
    }

    @Test
    void judgesSeveralModesByTheirSharesNotByTheirCommonMedian() {
        Comparison near = predicted(wakes(420, 580), wakes(560, 440));
        assertEquals(
                "share by 14.0 points > 8.0 (tolerance)", near.row(PREEMPTING).verdict().reason());
        // The common p50 jumps from one mode into the other.
        assertTrue(near.row(GROUP).ratio().get(Figure.P50) < 0.2);
        assertFalse(near.row(GROUP).verdict().reason().contains("p50"));
        assertEquals(
                Word.WITHIN_TOLERANCE,
                predicted(wakes(420, 580), wakes(490, 510)).row(PREEMPTING).verdict().word());
    }

    @Test
    void stageThatIsNeverPredictedLiesOutside() {
        ComparedRow row = predicted(Map.of(ENTRY, samples(500, 1_000)), Map.of()).row(ENTRY);
        assertEquals(Word.OUTSIDE, row.verdict().word());
        assertEquals("never happens", row.verdict().reason());
        assertTrue(Double.isNaN(row.distance()));
    }

    @Test
    void stageThatHappensFarMoreOftenLiesOutside() {
        ComparedRow row =
                predicted(Map.of(ENTRY, samples(500, 1_000)), Map.of(ENTRY, samples(500, 1_200)))
                        .row(ENTRY);
        assertEquals("count ×1.20 > 1.12 (A/A)", row.verdict().reason());
    }

    @Test
    void disturbedSamplesAreCountedButNotMeasured() {
        var few = new Samples(1_000, samples(500, 10).clean());
        ComparedRow row =
                predicted(Map.of(ENTRY, samples(500, 1_000)), Map.of(ENTRY, few)).row(ENTRY);
        assertEquals(1_000, row.other().get(Figure.COUNT));
        assertEquals(Word.TOO_FEW, row.verdict().word());
        assertTrue(Double.isNaN(row.ratio().get(Figure.P50)));
    }

    @Test
    void figuresAreMediansOverTheRuns() {
        var runs =
                Runs.of(
                        List.of(
                                Map.of(ENTRY, samples(500, 1_000)),
                                Map.of(ENTRY, samples(90_000, 3_000)),
                                Map.of(ENTRY, samples(600, 1_100))));
        Figures figures = runs.figures(ENTRY);
        assertEquals(1_100, figures.get(Figure.COUNT));
        assertEquals(600, figures.get(Figure.P50));
        assertEquals(600, figures.get(Figure.MEAN), 1);
        var recorded = Runs.of(List.of(Map.of(ENTRY, samples(600, 1_000))));
        assertEquals(1, runs.distance(recorded, ENTRY));
        var two =
                Runs.of(
                        List.of(
                                Map.of(ENTRY, samples(500, 1_000)),
                                Map.of(ENTRY, samples(600, 1_000))));
        assertEquals(550, two.figures(ENTRY).get(Figure.P50));
        assertEquals(0.5, two.distance(recorded, ENTRY));
    }

    @Test
    void everyStageHasAYardstickOfItsKind() {
        assertEquals(Yardstick.SOFTIRQ_ENTRY, Yardstick.of("raise→entry BLOCK irq direct"));
        assertEquals(Yardstick.SOFTIRQ_ENTRY, Yardstick.of("irq exit→softirq entry"));
        assertEquals(Yardstick.WAKE, Yardstick.of("waking→wakeup remote idle"));
        assertEquals(Yardstick.SWITCH_IN, Yardstick.of("wakeup→in remote idle"));
        assertEquals(Yardstick.SWITCH_IN, Yardstick.of(PREEMPTING));
        assertEquals(Yardstick.SWITCH_IN, Yardstick.of("queue→start per-cpu"));
        assertEquals(Yardstick.SWITCH_IN, Yardstick.of("wakeup in task→switch-in preempting"));
        assertEquals(Yardstick.QUANTUM, Yardstick.of("quantum [task]"));
        assertEquals(Yardstick.RUN, Yardstick.of("top irq/36 disk"));
    }

    private static TraceMeasurement measured(TraceText trace) {
        return TraceMeasurement.read(trace.reader(), "mini");
    }

    private static Word word(String row, long ns) {
        return predicted(row, ns).row(row).verdict().word();
    }

    /** Recorded 1,000 times 1 µs. */
    private static Comparison predicted(String row, long ns) {
        return predicted(Map.of(row, samples(1_000, 1_000)), Map.of(row, samples(ns, 1_000)));
    }

    private static Comparison predicted(Map<String, Samples> recorded, Map<String, Samples> cell) {
        return Comparison.of(
                Runs.of(List.of(recorded)), Runs.of(List.of(cell)), Judge.prediction(10));
    }

    private static Map<String, Samples> wakes(int preempting, int waiting) {
        var rows = new LinkedHashMap<String, Samples>();
        rows.put(PREEMPTING, samples(3_700, 10 * preempting));
        rows.put(WAITING, samples(27_000, 10 * waiting));
        return rows;
    }

    private static Samples samples(long ns, int count) {
        var histogram = StageHistograms.empty();
        histogram.recordValueWithCount(ns, count);
        return new Samples(count, histogram);
    }
}
