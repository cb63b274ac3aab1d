package org.irqlab.lab.report;

import org.HdrHistogram.Histogram;
import org.irqlab.host.HostSetup;
import org.irqlab.lab.measure.CellFailure;
import org.irqlab.lab.measure.Conservation;
import org.irqlab.lab.measure.PlacementFacts;
import org.irqlab.lab.measure.SourceResult;
import org.irqlab.lab.measure.Stage;
import org.irqlab.lab.measure.StageResult;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A replay as text: conditions first, then the self-check, then results, last the balance. */
public final class TextReport {
    /** Sources with a table of their own; the others share one. */
    private static final int TABLES = 3;

    private final ReplayResult result;
    private final StringBuilder out = new StringBuilder();

    private TextReport(ReplayResult result) {
        this.result = result;
    }

    /** Returns the report, with a line feed at its end. */
    public static String of(ReplayResult result) {
        var report = new TextReport(result);
        report.setup();
        report.trace();
        report.failures();
        report.selfCheck();
        report.validity();
        result.strategies().forEach(report::strategy);
        report.against();
        report.differences();
        report.meaning();
        report.balance();
        return report.out.toString();
    }

    private void setup() {
        Setup setup = result.setup();
        line("SETUP");
        field("command", setup.commandLine());
        field("irqlab", setup.version() + ", seed " + setup.seed());
        field("platform", setup.platform().key() + ": " + setup.platform().description());
        HostSetup host = setup.host();
        field("JDK", host.jdk() + ", " + String.join(", ", host.collectors()));
        field("JVM flags", orNone(String.join(" ", host.vmFlags())));
        field(
                "kernel",
                host.kernelRelease()
                        + ", arguments "
                        + orNone(String.join(" ", host.kernelArguments())));
        field(
                "CPU",
                "%s%s, online %s, allowed %s, governor %s, clock %s"
                        .formatted(
                                host.cpuModel(),
                                host.virtualised() ? " (virtual machine)" : "",
                                host.cpusOnline(),
                                host.cpusAllowed(),
                                host.frequencyGovernor(),
                                host.clockSource()));
        field("mitigations", orNone(String.join("; ", host.mitigations())));
        field("started", setup.started() + load(setup));
        PlacementFacts placement = result.placement();
        placement
                .lines()
                .forEach(l -> field("placement", l.replaceFirst("^placement: ", "").strip()));
        field("injection", placement.injection());
        noise();
        field("cells", cellsText());
    }

    private static String orNone(String text) {
        return text.isEmpty() ? "none" : text;
    }

    private static String load(Setup setup) {
        return setup.loadAverage() < 0
                ? ""
                : String.format(Locale.ROOT, ", load %.2f", setup.loadAverage());
    }

    private String cellsText() {
        String text =
                "%d in %d blocks, each in a fresh JVM"
                        .formatted(result.cells().size(), result.blocks());
        return result.blocks() < 3 ? text + " (fewer than 3 blocks: no spread)" : text;
    }

    private void noise() {
        Histogram gaps = result.noise(n -> n.pollGapNs());
        if (gaps.getTotalCount() > 0) {
            field(
                    "poll gap",
                    "p50 %s, p99 %s, max %s µs: the floor of every latency below"
                            .formatted(
                                    Text.micros(Quantile.P50.ns(gaps)),
                                    Text.micros(Quantile.P99.ns(gaps)),
                                    Text.micros(gaps.getMaxValue())));
        }
        List<Double> shares = result.stolenShares();
        if (!shares.isEmpty()) {
            Histogram steal = result.noise(n -> n.stealNs());
            field(
                    "host noise",
                    "stole %s of a CPU per cell (median; worst %s), longest gap %s µs"
                            .formatted(
                                    Text.percent(shares.get(shares.size() / 2)),
                                    Text.percent(shares.getLast()),
                                    Text.micros(steal.getMaxValue())));
        }
        if (result.setup().hostStealShare() >= 0) {
            field(
                    "hypervisor",
                    Text.percent(result.setup().hostStealShare()) + " steal in /proc/stat");
        }
    }

    private void trace() {
        var trace = result.trace();
        line("");
        line("TRACE " + trace.name());
        field(
                "events",
                "%s; %s interrupts, %s softirqs; %d CPUs; %.2f s"
                        .formatted(
                                Text.count(trace.events()),
                                Text.count(trace.irqs()),
                                Text.count(trace.softirqs()),
                                trace.cpus(),
                                trace.durationNs() / 1e9));
        field("stamps", trace.clock());
        field("coverage", Text.percent(trace.coverage()));
        trace.notes().forEach(n -> field("note", n));
    }

    private void failures() {
        if (result.interrupted()) {
            line("");
            line("INTERRUPTED: only the cells that had finished are reported.");
        }
        for (CellFailure failure : result.failures()) {
            line("");
            line("CELL " + failure.cell() + " FAILED: " + failure.reason());
            failure.outputTail().lines().forEach(l -> line("  | " + l));
        }
        List<String> warnings = result.warnings();
        if (!warnings.isEmpty()) {
            line("");
            line("WARNINGS");
            warnings.forEach(w -> line("  " + w));
        }
    }

    private void selfCheck() {
        SelfCheck check = result.selfCheck();
        line("");
        line(
                "SELF-CHECK (original strategy, recorded vs reproduced): "
                        + check.verdict().toUpperCase(Locale.ROOT)
                        + ": "
                        + check.reason());
        var table = new Text.Table("  ");
        table.row(
                "µs",
                "recorded",
                "p50",
                "p90",
                "p99",
                "reproduced",
                "p50",
                "p90",
                "p99",
                "ratio",
                "p50",
                "p90",
                "p99",
                "");
        for (boolean evidence : new boolean[] {true, false}) {
            for (SelfCheck.Row row : check.rows()) {
                if (row.merged().evidence() == evidence) {
                    checkRow(table, row);
                }
            }
        }
        if (!check.rows().isEmpty()) {
            table.appendTo(out);
            line(
                    "  Reproduced percentiles are of busy periods that the host did not disturb,"
                            + " its count is of all.");
            line(
                    "  * every event replays its own cost: shows that the replay works, not that it"
                            + " predicts");
            line(
                    "  within A/A: two identical runs of the real kernel differ by 1.2 to 2.2 times"
                            + " at p50");
        }
    }

    private static void checkRow(Text.Table table, SelfCheck.Row row) {
        var merged = row.merged();
        table.row(
                merged.name() + (merged.evidence() ? "" : " *"),
                Text.count(merged.recorded().getTotalCount()),
                Quantile.P50.text(merged.recorded()),
                Quantile.P90.text(merged.recorded()),
                Quantile.P99.text(merged.recorded()),
                Text.count(row.reproducedCount()),
                Quantile.P50.text(merged.reproduced()),
                Quantile.P90.text(merged.reproduced()),
                Quantile.P99.text(merged.reproduced()),
                Text.ratio(row.countRatio()),
                Text.ratio(row.ratio(Quantile.P50)),
                Text.ratio(row.ratio(Quantile.P90)),
                Text.ratio(row.ratio(Quantile.P99)),
                row.word().text);
    }

    private void validity() {
        PlacementFacts placement = result.placement();
        line("");
        line("LATENCIES in µs, from the scheduled arrival");
        if (!placement.validForLatency()) {
            line("NOT VALID FOR LATENCY: " + placement.reason());
        }
        String verdict = result.selfCheck().verdict();
        if (!verdict.equals("reproduced")) {
            line(
                    "CAUTION: the self-check says \""
                            + verdict
                            + "\"; read what follows accordingly.");
        }
        line(
                "  Left: samples of busy periods that the host did not disturb. Right: the others"
                        + " included.");
        line("  n/a: fewer than 10/(1−p) samples.");
    }

    private void strategy(StrategyResult strategy) {
        line("");
        line(
                "STRATEGY "
                        + strategy.strategy().key()
                        + (strategy.stalled() ? " (STALLED: not all work was done)" : ""));
        List<SourceResult> subject = Contrast.subject(strategy.sources());
        List<SourceResult> stays =
                strategy.sources().stream().filter(s -> !subject.contains(s)).toList();
        for (SourceResult source : subject.subList(0, Math.min(TABLES, subject.size()))) {
            stages(source.name(), StrategyResult.stages(List.of(source)));
        }
        if (subject.size() > TABLES) {
            List<SourceResult> more = subject.subList(TABLES, subject.size());
            stages(more.size() + " more sources", StrategyResult.stages(more));
        }
        if (!stays.isEmpty()) {
            String names = stays.size() == 1 ? stays.getFirst().name() : stays.size() + " sources";
            stages("not moved: " + names, StrategyResult.stages(stays));
        }
        counts(strategy);
    }

    private void stages(String title, Map<Stage, StageResult> stages) {
        var table = new Text.Table("  ");
        table.row(
                title, "samples", "p50", "p90", "p99", "p99.9", "max", "|", "samples", "p99",
                "p99.9", "max");
        stages.forEach((stage, stageResult) -> {
            Histogram clean = stageResult.clean();
            Histogram all = stageResult.all();
            if (all.getTotalCount() > 0) {
                table.row(
                        "  " + stage.title(),
                        Text.count(clean.getTotalCount()),
                        Quantile.P50.text(clean),
                        Quantile.P90.text(clean),
                        Quantile.P99.text(clean),
                        Quantile.P999.text(clean),
                        Quantile.MAX.text(clean),
                        "|",
                        Text.count(all.getTotalCount()),
                        Quantile.P99.text(all),
                        Quantile.P999.text(all),
                        Quantile.MAX.text(all));
            }
        });
        table.appendTo(out);
    }

    private void counts(StrategyResult strategy) {
        Conservation c = strategy.conservation();
        var counts = strategy.counts();
        var samples = strategy.samples();
        line(
                "  coalesced %s, dropped %s, context switches %s, CPU time per 1,000 events %s µs"
                        .formatted(
                                Text.count(c.coalesced()),
                                Text.count(c.dropped()),
                                Text.count(counts.contextSwitches()),
                                Text.micros(counts.cpuNsPer1000())));
        line(
                "  samples not clean %s (tainted %s, unknown %s); merged wake-ups %s of %s%s"
                        .formatted(
                                Text.percent(samples.notCleanShare()),
                                Text.count(samples.tainted()),
                                Text.count(samples.unknown()),
                                Text.count(counts.mergedWakes()),
                                Text.count(counts.wakes()),
                                counts.mergedShare() > SelfCheck.MERGED_LIMIT
                                        ? ": INVALID, the limit is 2 %"
                                        : ""));
        line("  " + c.line());
    }

    private void against() {
        Against against = result.against();
        if (against == null) {
            return;
        }
        line("");
        line(against.heading());
        new ComparisonText("recorded", "predicted", "ratio").appendTo(out, against.comparison());
    }

    private void differences() {
        if (result.contrasts().isEmpty()) {
            return;
        }
        line("");
        line("DIFFERENCES TO original: median of the blocks' ratios [lowest, highest]");
        String metric = "";
        var table = new Text.Table("    ");
        for (Contrast contrast : result.contrasts()) {
            if (!contrast.metric().equals(metric)) {
                table.appendTo(out);
                table = new Text.Table("    ");
                metric = contrast.metric();
                line(
                        "  %s (below %s no practical difference)"
                                .formatted(metric, contrast.thresholdText()));
            }
            table.row(
                    contrast.strategy().key(),
                    Text.change(contrast.median()),
                    "["
                            + Text.change(contrast.lowest())
                            + ", "
                            + Text.change(contrast.highest())
                            + "]",
                    contrast.verdict());
        }
        table.appendTo(out);
    }

    private void meaning() {
        line("");
        line("WHAT THIS MEANS");
        line(
                "  Replayed: recorded arrivals and each handler's own recorded cost, wall time on"
                        + " the recorded CPU,");
        line(
                "  tracing and cache effects included. Arrivals are observed handler entries, a"
                        + " lower bound: the delay");
        line(
                "  from the device's signal to the entry is in no trace, and coalescing and masking"
                        + " are baked in.");
        line(
                "  Emerges: queueing, coalescing, preemption, hand-over between threads,"
                        + " starvation, tails.");
        line(
                "  Ratios between strategies carry over to other machines better than absolute"
                        + " numbers do.");
        line("  Model (burnt as guest time):" + (result.model().isEmpty() ? " none" : ""));
        var table = new Text.Table("    ");
        result.model().forEach(m -> table.row(m.name(), m.value()));
        table.appendTo(out);
    }

    private void balance() {
        line("");
        line(result.conservation().line());
    }

    private void field(String name, String value) {
        line("  %-11s  %s".formatted(name, value));
    }

    private void line(String text) {
        out.append(text).append('\n');
    }
}
