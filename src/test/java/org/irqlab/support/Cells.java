package org.irqlab.support;

import org.HdrHistogram.Histogram;
import org.irqlab.lab.measure.CellCounts;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.CheckRow;
import org.irqlab.lab.measure.Conservation;
import org.irqlab.lab.measure.CpuNoise;
import org.irqlab.lab.measure.ModelCost;
import org.irqlab.lab.measure.PlacementFacts;
import org.irqlab.lab.measure.SampleCounts;
import org.irqlab.lab.measure.SourceResult;
import org.irqlab.lab.measure.Stage;
import org.irqlab.lab.measure.StageHistograms;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.measure.TraceFacts;

import java.util.List;
import java.util.Random;

/** Made-up results of cells, each a pure function of strategy, block and factor. */
public final class Cells {
    public static final TraceFacts TRACE =
            new TraceFacts(
                    "made-up", 26000, 3000, 3500, 2, 4_400_000_000L, 1.0, "µs", List.of("none"));
    public static final PlacementFacts PLACEMENT =
            new PlacementFacts(
                    true, "", "producers", List.of("cpu/0 on core 0", "cpu/1 on core 1"));

    private Cells() {}

    public static CellResult cell(Strategy strategy, int block) {
        return cell(strategy, block, 1.0, 2000);
    }

    /**
     * @param factor on all latencies
     * @param arrivals of the one device; every 10th sample is tainted
     */
    public static CellResult cell(Strategy strategy, int block, double factor, int arrivals) {
        var random = new Random(31L * block + strategy.ordinal());
        var stages = new StageHistograms(1);
        for (int i = 0; i < arrivals; i++) {
            boolean tainted = i % 10 == 0;
            for (Stage stage : Stage.values()) {
                long ns = (long) (factor * (1000 + 100 * stage.ordinal() + random.nextInt(200)));
                stages.record(0, stage, tainted ? 20 * ns : ns, tainted);
            }
        }
        var conservation = new Conservation(arrivals + 5, arrivals, 3, 2, arrivals, arrivals);
        return new CellResult(
                strategy,
                block,
                42,
                1_700_000_000_000L + 10_000L * block,
                4_400_000_000L,
                TRACE,
                PLACEMENT,
                List.of(
                        new SourceResult(
                                "virtio1-req.0", "DEVICE", true, conservation, stages.stages(0))),
                conservation,
                new CellCounts(4000, arrivals * 5000L, arrivals, 1000, 4, 990),
                new SampleCounts(arrivals * 5L, arrivals / 2, 0, arrivals, arrivals / 10),
                List.of(noise(0), noise(1)),
                strategy == Strategy.ORIGINAL ? checks(factor, arrivals) : List.of(),
                List.of(new ModelCost("irq exit→softirq entry", "380 ns")),
                List.of(),
                false);
    }

    private static List<CheckRow> checks(double factor, int samples) {
        return List.of(
                check("BLOCK raise→entry", true, 0, spread(1, samples), spread(factor, samples)),
                check("BLOCK cost", false, 0, spread(2, samples), spread(2, samples)));
    }

    /** Returns a row whose reproduced side had no disturbed sample. */
    public static CheckRow check(
            String name,
            boolean evidence,
            long resolutionNs,
            Histogram recorded,
            Histogram reproduced) {
        return new CheckRow(
                name, evidence, resolutionNs, recorded, reproduced.getTotalCount(), reproduced);
    }

    public static Histogram spread(double factor, int samples) {
        Histogram histogram = StageHistograms.empty();
        for (int i = 0; i < samples; i++) {
            histogram.recordValue((long) (factor * (900 + i % 200)));
        }
        return histogram;
    }

    private static CpuNoise noise(int cpu) {
        Histogram gaps = StageHistograms.empty();
        gaps.recordValueWithCount(60, 1000);
        Histogram steal = StageHistograms.empty();
        steal.recordValue(40_000);
        return new CpuNoise(cpu, gaps, steal, 44_000_000, 0, 4_400_000_000L);
    }
}
