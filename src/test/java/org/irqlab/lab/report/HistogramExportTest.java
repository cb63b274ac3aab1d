package org.irqlab.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.irqlab.lab.measure.Stage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class HistogramExportTest {
    @TempDir Path dir;

    @Test
    void logHoldsEverySampleOfEveryCell() throws IOException {
        ReplayResult result = Results.sound();
        Path file = dir.resolve("a.hlog");
        HistogramExport.writeLog(result, file);
        Histogram sum = new Histogram(3);
        var tags = new TreeSet<String>();
        int lines = 0;
        try (var reader = new HistogramLogReader(file.toFile())) {
            while (reader.hasNext()) {
                EncodableHistogram next = reader.nextIntervalHistogram();
                assertTrue(next.getStartTimeStamp() >= 1_700_000_000_000L);
                tags.add(next.getTag());
                lines++;
                if (next.getTag().equals("original/virtio1-req.0/bottom")) {
                    sum.add((Histogram) next);
                }
            }
            assertNull(reader.nextIntervalHistogram());
        }
        assertEquals(2 * 3 * 5, lines);
        assertEquals(10, tags.size());
        StrategyResult original = result.strategies().getFirst();
        Histogram expected = original.stages(s -> true).get(Stage.BOTTOM).all();
        assertEquals(expected.getTotalCount(), sum.getTotalCount());
        assertEquals(expected.getValueAtPercentile(99), sum.getValueAtPercentile(99));
    }

    @Test
    void percentileFilesAreNamedByStrategySourceAndStage() throws IOException {
        Path target = dir.resolve("percentiles");
        HistogramExport.writePercentiles(Results.sound(), target);
        try (var files = Files.list(target)) {
            assertEquals(10, files.count());
        }
        String text = Files.readString(target.resolve("threaded.virtio1-req.0.top.hgrm"));
        assertTrue(text.contains("Percentile TotalCount"), text);
        assertTrue(text.contains("Total count    =         6000"), text);
    }

    @Test
    void refusesAFileInThePlaceOfTheDirectory() throws IOException {
        Path file = Files.createFile(dir.resolve("a"));
        assertThrows(
                FileAlreadyExistsException.class,
                () -> HistogramExport.writePercentiles(Results.sound(), file));
    }
}
