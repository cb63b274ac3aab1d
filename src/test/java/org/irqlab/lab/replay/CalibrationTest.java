package org.irqlab.lab.replay;

import static org.irqlab.support.TraceText.IDLE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.trace.TraceInput;
import org.irqlab.lab.trace.TracefsReader;
import org.irqlab.support.Calibrations;
import org.irqlab.support.TraceText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.LongStream;

@Timeout(60)
class CalibrationTest {
    @TempDir Path dir;

    private static StageAnalysis bundled() {
        var reader =
                new TracefsReader(TraceInput.bundled("fio-randread-qd1"), OptionalDouble.empty());
        var stages = new StageAnalysis(reader.names());
        reader.read(stages);
        return stages;
    }

    /** A machine on which everything takes longer. */
    private static TraceText slow() {
        return new TraceText()
                .on(0, IDLE)
                .timer(0, 0)
                .raise(1_000, 0, 4)
                .timerEnd(5_000, 0)
                .soft(14_000, 0, 4)
                .softEnd(20_000, 0, 4);
    }

    @Test
    void readsItsOwnTraceOnly() {
        StageAnalysis stages = bundled();
        String before = CalibrationFile.text(Calibration.of(stages, "a"));

        String other = CalibrationFile.text(Calibration.of(slow().stages(), "a"));
        slow().plan();

        assertNotEquals(before, other);
        assertEquals(before, CalibrationFile.text(Calibration.of(stages, "a")));
        assertEquals(before, CalibrationFile.text(Calibration.of(bundled(), "a")));
    }

    @Test
    void costsComeBackFromTheFileAndGoThereUnchanged() throws IOException {
        Calibration calibration = Calibration.of(bundled(), "fio");
        Path file = Calibrations.write(dir, calibration);

        Calibration back = CalibrationFile.read(file);
        assertEquals(calibration, back);
        Calibration again = Calibration.of(back.costs(), back.trace());
        assertEquals(CalibrationFile.text(calibration), CalibrationFile.text(again));
        assertTrue(back.costs().coarseClock);
    }

    @Test
    void anyCostsSurviveTheFile() throws IOException {
        var random = new Random(7);
        for (int round = 0; round < 64; round++) {
            PathCosts costs = random(random);
            Calibration calibration = Calibration.of(costs, "round " + round);
            Calibration back = CalibrationFile.read(Calibrations.write(dir, calibration));
            assertEquals(calibration, back);
            assertEquals(calibration, Calibration.of(back.costs(), back.trace()));
        }
    }

    private static PathCosts random(Random random) {
        var costs = new PathCosts();
        costs.coarseClock = random.nextBoolean();
        for (CostPath path : CostPath.values()) {
            int samples = path.isNumber() ? 1 : random.nextInt(3000);
            long[] sorted = random.longs(samples, 0, 1L << random.nextInt(1, 40)).toArray();
            Arrays.sort(sorted);
            path.set(costs, sorted);
            costs.counts.put(path.key, samples);
            if (random.nextInt(4) == 0) {
                costs.borrowed.add(path.key + ": from " + random.nextInt());
            }
        }
        return costs;
    }

    @Test
    void readingInterpolatesBetweenTheQuantiles() throws IOException {
        Calibration calibration =
                Calibrations.read(dir, "idleExitNs", "{\"0\": 1000, \"0.5\": 2000, \"1\": 4000}");
        long[] values = calibration.costs().idleExitNs;

        assertEquals(1000, values[0]);
        assertEquals(1500, StageRow.quantile(values, 0.25));
        assertEquals(2000, StageRow.quantile(values, 0.5));
        assertEquals(3000, StageRow.quantile(values, 0.75));
        assertEquals(4000, values[values.length - 1]);
        assertArrayEquals(Arrays.stream(values).sorted().toArray(), values);
    }

    @Test
    void oneQuantileIsTheCostOfEveryCase() throws IOException {
        Calibration calibration = Calibrations.read(dir, "switchNs", "{\"0.5\": 700}");
        assertTrue(Arrays.stream(calibration.costs().switchNs).allMatch(ns -> ns == 700));
    }

    @Test
    void quantilesAreThoseOfTheSamples() {
        var costs = new PathCosts();
        costs.wakeNs = LongStream.rangeClosed(1, 200).toArray();
        var quantiles = Calibration.of(costs, "").paths().get(CostPath.WAKE).quantiles();

        assertEquals(1, quantiles.get(0.0));
        assertEquals(100, quantiles.get(0.5));
        // In floating point 0.55 × 200 is above 110.
        assertEquals(110, quantiles.get(0.55));
        assertEquals(199, quantiles.get(0.995));
        assertEquals(200, quantiles.get(1.0));
    }

    @Test
    void pathsThatTheFileLeavesAsTheyWereKeepTheirSamples() throws IOException {
        PathCosts own = new PathCalibration(bundled()).calibrate();
        Calibration calibration = Calibration.of(own, "fio");
        PathCosts burnt = calibration.over(own, "c.json");

        for (CostPath path : CostPath.values()) {
            if (!path.isNumber()) {
                assertSame(path.of(own), path.of(burnt), path.key);
            }
        }
        assertEquals(own.counts, burnt.counts);
        assertEquals(own.borrowed, burnt.borrowed);
        assertEquals("c.json (calibrated from fio)", burnt.origin);
    }

    @Test
    void pathsThatTheFileLacksAreTheTracesOwnAndSaidSo() throws IOException {
        PathCosts own = new PathCalibration(bundled()).calibrate();
        PathCosts burnt =
                Calibrations.read(dir, "workerStartNs", "{\"0.5\": 9000}").over(own, "c.json");

        assertEquals(9000, PathCosts.usual(burnt.workerStartNs));
        assertSame(own.irqExitToSoftirqNs, burnt.irqExitToSoftirqNs);
        assertTrue(
                burnt.borrowed.contains("irqExitToSoftirqNs: not in c.json, so this trace's own"),
                burnt.borrowed::toString);
    }
}
