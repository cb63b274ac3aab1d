package org.irqlab.lab.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StageHistogramsTest {
    private final StageHistograms histograms = new StageHistograms(2);

    @Test
    void keepsSourcesAndStagesApart() {
        histograms.record(0, Stage.TOP, 100, false);
        histograms.record(1, Stage.TOP, 200, false);
        histograms.record(1, Stage.BOTTOM, 300, false);
        assertEquals(100, histograms.stages(0).get(Stage.TOP).all().getMaxValue());
        assertEquals(200, histograms.stages(1).get(Stage.TOP).all().getMaxValue());
        assertEquals(300, histograms.stages(1).get(Stage.BOTTOM).all().getMaxValue());
        assertEquals(0, histograms.stages(0).get(Stage.BOTTOM).all().getTotalCount());
        assertEquals(0, histograms.stages(1).get(Stage.ARRIVAL_TO_DONE).all().getTotalCount());
    }

    @Test
    void leavesTaintedSamplesOutOfTheCleanHistogram() {
        histograms.record(0, Stage.TOP, 100, false);
        histograms.record(0, Stage.TOP, 900, true);
        StageResult top = histograms.stages(0).get(Stage.TOP);
        assertEquals(2, top.all().getTotalCount());
        assertEquals(1, top.clean().getTotalCount());
        assertEquals(100, top.clean().getMaxValue());
    }

    @Test
    void recordsValuesOutOfRangeAtTheLimitAndCountsThem() {
        histograms.record(0, Stage.TOP, -1, false);
        histograms.record(0, Stage.TOP, StageHistograms.LIMIT_NS + 1, false);
        histograms.record(0, Stage.TOP, StageHistograms.LIMIT_NS, false);
        assertEquals(2, histograms.outOfRange());
        assertEquals(3, histograms.stages(0).get(Stage.TOP).all().getTotalCount());
        assertEquals(0, histograms.stages(0).get(Stage.TOP).all().getMinValue());
    }

    @Test
    void sumsTheCpusOfAMachine() {
        var other = new StageHistograms(2);
        histograms.record(1, Stage.TOP, 100, false);
        other.record(1, Stage.TOP, 300, true);
        other.record(1, Stage.TOP, -1, true);
        StageHistograms sum = StageHistograms.sumOf(List.of(histograms, other));
        assertEquals(3, sum.stages(1).get(Stage.TOP).all().getTotalCount());
        assertEquals(1, sum.stages(1).get(Stage.TOP).clean().getTotalCount());
        assertEquals(1, sum.outOfRange());
        assertEquals(1, histograms.stages(1).get(Stage.TOP).all().getTotalCount());
    }

    @Test
    void refusesANegativeNumberOfSources() {
        assertThrows(IllegalArgumentException.class, () -> new StageHistograms(-1));
    }
}
