package org.irqlab.lab.replay.engine;

import org.HdrHistogram.Histogram;
import org.irqlab.hw.cpu.NoiseMeter;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.lab.measure.CellCounts;
import org.irqlab.lab.measure.CellRequest;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.CheckRow;
import org.irqlab.lab.measure.Conservation;
import org.irqlab.lab.measure.CpuNoise;
import org.irqlab.lab.measure.ModelCost;
import org.irqlab.lab.measure.PlacementFacts;
import org.irqlab.lab.measure.SourceResult;
import org.irqlab.lab.measure.StageHistograms;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.measure.TraceFacts;
import org.irqlab.lab.placement.Injection;
import org.irqlab.lab.placement.Placement;
import org.irqlab.lab.replay.PlanSummary;
import org.irqlab.lab.replay.ReplayPlan;
import org.irqlab.lab.replay.StageAnalysis;
import org.irqlab.lab.replay.StageNames;
import org.irqlab.lab.replay.StageRow;
import org.irqlab.lab.trace.NameTable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads what a pass has left behind into the result of its cell. */
final class CellReport {
    private static final long COARSE_CLOCK_NS = 1_000;
    private static final long FINE_CLOCK_NS = 10;
    private static final int LEAST_RECORDED = 20;
    private static final double NS_PER_MS = 1e6;
    private static final String MODEL = "model: ";

    private final CellRequest request;
    private final TraceFacts trace;
    private final StageAnalysis recorded;
    private final ShownSwitches shownSwitches;
    private final ReplayPlan plan;
    private final Placement placement;
    private final ReplayPass pass;
    private final Machine machine;

    CellReport(
            CellRequest request,
            TraceFacts trace,
            StageAnalysis recorded,
            ShownSwitches shownSwitches,
            ReplayPlan plan,
            Placement placement,
            ReplayPass pass) {
        this.request = request;
        this.trace = trace;
        this.recorded = recorded;
        this.shownSwitches = shownSwitches;
        this.plan = plan;
        this.placement = placement;
        this.pass = pass;
        machine = pass.machine().machine();
    }

    CellResult result(long startedEpochMs) {
        return new CellResult(
                request.strategy(),
                request.block(),
                request.seed(),
                startedEpochMs,
                pass.elapsedNs(),
                trace,
                placementFacts(),
                sources(),
                conservation(),
                counts(),
                pass.machine().samples().counts(),
                noise(),
                request.strategy() == Strategy.ORIGINAL || request.keepRows()
                        ? selfCheck()
                        : List.of(),
                model(),
                warnings(),
                pass.stalled());
    }

    private PlacementFacts placementFacts() {
        return new PlacementFacts(
                placement.validForLatency(),
                placement.validForLatency() ? "" : placement.verdict(),
                placement.injection() == Injection.SELF_INJECTION ? "poll points" : "producers",
                placement.lines());
    }

    private List<SourceResult> sources() {
        StageHistograms histograms = pass.machine().samples().merged();
        return Arrays.stream(pass.machine().sources())
                .map(source ->
                        new SourceResult(
                                source.spec().name(),
                                source.spec().kind().name(),
                                source.spec().movable(),
                                source.conservation(),
                                histograms.stages(source.spec().id())))
                .toList();
    }

    /**
     * Arrivals are the sources'; work counts everything that was handed from one context to
     * another.
     */
    private Conservation conservation() {
        Conservation arrivals =
                Arrays.stream(pass.machine().sources())
                        .map(ReplaySource::conservation)
                        .reduce(Conservation.NONE, Conservation::plus);
        long queued = 0;
        long run = 0;
        for (ReplayCounters counters : pass.machine().counters()) {
            queued += counters.workQueued;
            run += counters.workRun;
        }
        return new Conservation(
                arrivals.arrivals(),
                arrivals.handled(),
                arrivals.coalesced(),
                arrivals.dropped(),
                queued,
                run);
    }

    private CellCounts counts() {
        var counts = CellCounts.NONE;
        long merged = 0;
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            ReplayCounters own = pass.machine().counters()[cpu];
            NoiseMeter noise = machine.cpu(cpu).hw().noise();
            long stolenBusyNs = noise.stolenNs() - noise.stolenIdleNs();
            long busyNs = pass.runNs() - machine.idleNs(cpu) - stolenBusyNs;
            counts =
                    counts.plus(
                            new CellCounts(
                                    machine.cpu(cpu).scheduler().switches(),
                                    Math.max(0, busyNs),
                                    0,
                                    own.wakes,
                                    0,
                                    own.quanta));
            merged += own.mergedWakes - own.extraWakes;
        }
        long arrivals = conservation().arrivals();
        return counts.plus(new CellCounts(0, 0, arrivals, 0, Math.abs(merged), 0));
    }

    private List<CpuNoise> noise() {
        var all = new ArrayList<CpuNoise>();
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            NoiseMeter meter = machine.cpu(cpu).hw().noise();
            all.add(
                    new CpuNoise(
                            cpu,
                            meter.pollGaps(),
                            meter.gaps(),
                            meter.stolenNs(),
                            0,
                            pass.runNs()));
        }
        return all;
    }

    /** The machine's own events, measured by the code that measured the recording. */
    private List<CheckRow> selfCheck() {
        var names = new NameTable();
        long originNs = pass.originNs();
        var samples = pass.machine().samples();
        var reproduced =
                new StageAnalysis(
                        names,
                        (cpu, from, to) -> samples.disturbed(cpu, from + originNs, to + originNs));
        // As the recorder rounded them.
        new RingEvents(machine, names, plan.recordedPaths.coarseClock ? COARSE_CLOCK_NS : 1)
                .feed(shownSwitches.hidingFrom(reproduced, plan, names), originNs);
        var rows = new ArrayList<CheckRow>();
        for (StageRow row : recorded.rows()) {
            boolean replayed = plan.seesTasks || !row.name().startsWith(StageNames.QUANTUM);
            if (row.samples() >= LEAST_RECORDED && replayed) {
                rows.add(checkRow(row.name(), reproduced));
            }
        }
        if (request.keepRows()) {
            // Another strategy has stages that the recording has not.
            for (StageRow row : reproduced.rows()) {
                if (recorded.row(row.name()).samples() < LEAST_RECORDED) {
                    rows.add(checkRow(row.name(), reproduced));
                }
            }
        }
        return rows;
    }

    private CheckRow checkRow(String name, StageAnalysis reproduced) {
        return new CheckRow(
                name,
                emerges(name),
                plan.recordedPaths.coarseClock ? COARSE_CLOCK_NS : FINE_CLOCK_NS,
                histogram(recorded.samples(name)),
                reproduced.samples(name).length,
                histogram(reproduced.cleanSamples(name)));
    }

    /** Durations of runs are replayed as recorded, so that they prove nothing. */
    private static boolean emerges(String row) {
        return row.contains("→");
    }

    private static Histogram histogram(long[] samplesNs) {
        Histogram histogram = StageHistograms.empty();
        for (long ns : samplesNs) {
            histogram.recordValue(Math.clamp(ns, 0, StageHistograms.LIMIT_NS));
        }
        return histogram;
    }

    private List<ModelCost> model() {
        return PlanSummary.lines(plan).stream()
                .filter(line -> line.startsWith(MODEL))
                .map(line -> line.substring(MODEL.length()).split(" ", 2))
                .map(words -> new ModelCost(words[0], words[1]))
                .toList();
    }

    private List<String> warnings() {
        var warnings = new ArrayList<>(placement.warnings());
        if (!pass.priority().done()) {
            warnings.add("other processes compete with the CPUs: " + pass.priority().text());
        }
        if (pass.machine().slippedNs() > 0) {
            warnings.add(
                    "the schedule stood still for %.1f ms while the host took a CPU away"
                            .formatted(pass.machine().slippedNs() / NS_PER_MS));
        }
        if (pass.stalled()) {
            warnings.add(
                    "%,d of %,d activities were never reached"
                            .formatted(pass.expected() - pass.executed(), pass.expected()));
        }
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            long lost = machine.cpu(cpu).ring().dropped();
            if (lost > 0) {
                warnings.add(
                        "cpu/%d: %,d events did not fit the trace buffer".formatted(cpu, lost));
            }
        }
        return warnings;
    }
}
