package org.irqlab.lab.measure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BusyPeriodBufferTest {
    private final StageHistograms histograms = new StageHistograms(2);

    @Test
    void taintsEverySampleOfADisturbedPeriodAndNoOther() {
        var buffer = new BusyPeriodBuffer(histograms, 16);
        buffer.add(0, Stage.TOP, 1);
        buffer.endOfBusyPeriod(false);
        buffer.add(0, Stage.TOP, 10);
        buffer.add(0, Stage.TOP, 11);
        buffer.endOfBusyPeriod(true);
        buffer.add(0, Stage.TOP, 2);
        buffer.endOfBusyPeriod(false);
        buffer.drain();
        StageResult top = histograms.stages(0).get(Stage.TOP);
        assertEquals(4, top.all().getTotalCount());
        assertEquals(2, top.clean().getTotalCount());
        assertEquals(2, top.clean().getMaxValue());
        assertEquals(new SampleCounts(4, 2, 0, 3, 1), buffer.counts());
    }

    @Test
    void keepsTheRunningPeriodBackWhenItDrains() {
        var buffer = new BusyPeriodBuffer(histograms, 16);
        buffer.add(0, Stage.TOP, 1);
        buffer.endOfBusyPeriod(false);
        buffer.add(0, Stage.TOP, 7);
        buffer.drain();
        assertEquals(1, histograms.stages(0).get(Stage.TOP).all().getTotalCount());
        buffer.endOfBusyPeriod(true);
        buffer.drain();
        assertEquals(2, histograms.stages(0).get(Stage.TOP).all().getTotalCount());
        assertEquals(1, histograms.stages(0).get(Stage.TOP).clean().getTotalCount());
    }

    @Test
    void countsSamplesOfAPeriodLongerThanTheBufferAsUnknown() {
        var buffer = new BusyPeriodBuffer(histograms, 2);
        for (int i = 0; i < 5; i++) {
            buffer.add(0, Stage.TOP, 5);
        }
        buffer.endOfBusyPeriod(false);
        buffer.drain();
        StageResult top = histograms.stages(0).get(Stage.TOP);
        assertEquals(5, top.all().getTotalCount());
        assertEquals(1, top.clean().getTotalCount());
        assertEquals(4, buffer.counts().unknown());
    }

    @Test
    void refusesABufferWithoutRoom() {
        assertThrows(IllegalArgumentException.class, () -> new BusyPeriodBuffer(histograms, 0));
    }

    /** Against a list of samples per period, with a buffer that holds every period. */
    @ParameterizedTest
    @ValueSource(ints = {24, 40, 4096})
    void agreesWithASequentialModel(int capacity) {
        for (int seed = 0; seed < 64; seed++) {
            var random = new Random(seed);
            var actual = new StageHistograms(2);
            var expected = new StageHistograms(2);
            var buffer = new BusyPeriodBuffer(actual, capacity);
            var period = new ArrayList<long[]>();
            for (int op = 0; op < 256; op++) {
                int choice = random.nextInt(10);
                if (choice == 0) {
                    buffer.drain();
                } else if (choice < 3 || period.size() == 24) {
                    boolean tainted = random.nextBoolean();
                    buffer.endOfBusyPeriod(tainted);
                    close(period, expected, tainted);
                } else {
                    var sample =
                            new long[] {random.nextInt(2), random.nextInt(5), random.nextInt(999)};
                    period.add(sample);
                    buffer.add((int) sample[0], Stage.at((int) sample[1]), sample[2]);
                }
            }
            buffer.endOfBusyPeriod(false);
            close(period, expected, false);
            buffer.drain();
            assertEquals(expected.stages(0), actual.stages(0), "seed " + seed);
            assertEquals(expected.stages(1), actual.stages(1), "seed " + seed);
            assertEquals(0, buffer.counts().unknown(), "seed " + seed);
        }
    }

    private static void close(ArrayList<long[]> period, StageHistograms expected, boolean tainted) {
        for (long[] sample : period) {
            expected.record((int) sample[0], Stage.at((int) sample[1]), sample[2], tainted);
        }
        period.clear();
    }

    @Test
    void allocatesNothingWhileTheMachineRuns() {
        var buffer = new BusyPeriodBuffer(histograms, 1000);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        // The first rounds allocate a little in the runtime itself while they are compiled.
        for (int round = 0; round < 10; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100_000; i++) {
                buffer.add(i & 1, Stage.BOTTOM, i);
                if (i % 7 == 0) {
                    buffer.endOfBusyPeriod(i % 3 == 0);
                }
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertEquals(0, least);
    }
}
