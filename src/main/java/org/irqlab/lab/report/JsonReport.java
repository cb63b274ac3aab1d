package org.irqlab.lab.report;

import org.HdrHistogram.Histogram;
import org.irqlab.host.HostSetup;
import org.irqlab.lab.compare.Yardstick;
import org.irqlab.lab.measure.CellCounts;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.Conservation;
import org.irqlab.lab.measure.PlacementFacts;
import org.irqlab.lab.measure.SampleCounts;
import org.irqlab.lab.measure.SourceResult;
import org.irqlab.lab.measure.Stage;
import org.irqlab.lab.measure.StageResult;
import org.irqlab.lab.measure.TraceFacts;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;

/**
 * A replay as JSON, {@code irqlab/result/1}: docs/irqlab-result-1.schema.json. All times in ns;
 * what is not known, such as a percentile without samples, is null.
 */
public final class JsonReport {
    /** Value of the field {@code schema}; a change that breaks readers raises the number. */
    public static final String SCHEMA = "irqlab/result/1";

    private final JsonMapper mapper = JsonMapper.builder().build();

    /** Returns the result as text, indented. */
    public String of(ReplayResult result) {
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(tree(result)) + "\n";
    }

    ObjectNode tree(ReplayResult result) {
        ObjectNode root = mapper.createObjectNode().put("schema", SCHEMA);
        setup(root.putObject("setup"), result);
        placement(root.putObject("placement"), result.placement());
        trace(root.putObject("trace"), result.trace());
        selfCheck(root.putObject("selfCheck"), result.selfCheck());
        if (result.against() != null) {
            against(root.putObject("against"), result.against());
        }
        ArrayNode strategies = root.putArray("strategies");
        result.strategies().forEach(s -> strategy(strategies.addObject(), s));
        ArrayNode differences = root.putArray("differences");
        result.contrasts().forEach(c -> contrast(differences.addObject(), c));
        ArrayNode model = root.putArray("model");
        result.model()
                .forEach(m -> model.addObject().put("name", m.name()).put("value", m.value()));
        strings(root.putArray("warnings"), result.warnings());
        ArrayNode failures = root.putArray("failures");
        result.failures()
                .forEach(f ->
                        failures.addObject()
                                .put("cell", f.cell())
                                .put("reason", f.reason())
                                .put("outputTail", f.outputTail()));
        root.put("interrupted", result.interrupted());
        conservation(root.putObject("conservation"), result.conservation());
        return root;
    }

    private static void setup(ObjectNode node, ReplayResult result) {
        Setup setup = result.setup();
        HostSetup host = setup.host();
        node.put("commandLine", setup.commandLine())
                .put("version", setup.version())
                .put("platform", setup.platform().key())
                .put("jdk", host.jdk())
                .put("jvmFlags", String.join(" ", host.vmFlags()))
                .put("collectors", String.join(", ", host.collectors()))
                .put("kernel", host.kernelRelease())
                .put("kernelArguments", String.join(" ", host.kernelArguments()))
                .put("cpu", host.cpuModel())
                .put("cpusOnline", host.cpusOnline())
                .put("cpusAllowed", host.cpusAllowed())
                .put("virtualMachine", host.virtualised())
                .put("governor", host.frequencyGovernor())
                .put("clockSource", host.clockSource())
                .put("seed", setup.seed())
                .put("blocks", setup.blocks())
                .put("started", setup.started().toString());
        strings(node.putArray("mitigations"), host.mitigations());
        known(node, "loadAverage", setup.loadAverage());
        known(node, "hostStealShare", setup.hostStealShare());
        distribution(node.putObject("pollGap"), result.noise(n -> n.pollGapNs()));
        ObjectNode noise = node.putObject("noise");
        distribution(noise.putObject("steal"), result.noise(n -> n.stealNs()));
        List<Double> shares = result.stolenShares();
        known(noise, "stolenShareMedian", shares.isEmpty() ? -1 : shares.get(shares.size() / 2));
        known(noise, "stolenShareWorst", shares.isEmpty() ? -1 : shares.getLast());
    }

    private static void known(ObjectNode node, String name, double value) {
        if (value < 0 || Double.isNaN(value)) {
            node.putNull(name);
        } else {
            node.put(name, value);
        }
    }

    private static void placement(ObjectNode node, PlacementFacts placement) {
        node.put("validForLatency", placement.validForLatency())
                .put("reason", placement.reason())
                .put("injection", placement.injection());
        strings(node.putArray("lines"), placement.lines());
    }

    private static void trace(ObjectNode node, TraceFacts trace) {
        node.put("name", trace.name())
                .put("events", trace.events())
                .put("irqs", trace.irqs())
                .put("softirqs", trace.softirqs())
                .put("coverage", trace.coverage())
                .put("cpus", trace.cpus())
                .put("durationNs", trace.durationNs())
                .put("clock", trace.clock());
        strings(node.putArray("notes"), trace.notes());
    }

    private static void selfCheck(ObjectNode node, SelfCheck check) {
        node.put("verdict", check.verdict()).put("reason", check.reason());
        ArrayNode rows = node.putArray("rows");
        for (SelfCheck.Row row : check.rows()) {
            ObjectNode json =
                    rows.addObject()
                            .put("name", row.merged().name())
                            .put("evidence", row.merged().evidence())
                            .put("verdict", row.word().text)
                            .put("resolutionNs", row.merged().resolutionNs());
            Histogram recorded = row.merged().recorded();
            side(json.putObject("recorded"), recorded.getTotalCount(), recorded);
            side(json.putObject("reproduced"), row.reproducedCount(), row.merged().reproduced());
            ObjectNode ratio = json.putObject("ratio");
            known(ratio, "count", row.countRatio());
            for (Quantile quantile : List.of(Quantile.P50, Quantile.P90, Quantile.P99)) {
                known(ratio, quantile.key, row.ratio(quantile));
            }
        }
    }

    private static void against(ObjectNode node, Against against) {
        node.put("name", against.name())
                .put("strategy", against.strategy().key())
                .put("verdict", against.verdict())
                .put("reason", against.reason())
                .put("yardstickSource", Yardstick.SOURCE);
        ComparisonJson.rows(node.putArray("rows"), against.comparison(), "recorded", "predicted");
    }

    private static void side(ObjectNode node, long count, Histogram histogram) {
        node.put("count", count);
        for (Quantile quantile : List.of(Quantile.P50, Quantile.P90, Quantile.P99)) {
            value(node, quantile, histogram);
        }
    }

    private static void distribution(ObjectNode node, Histogram histogram) {
        node.put("count", histogram.getTotalCount());
        for (Quantile quantile : Quantile.values()) {
            value(node, quantile, histogram);
        }
    }

    private static void value(ObjectNode node, Quantile quantile, Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            node.putNull(quantile.key);
        } else {
            node.put(quantile.key, quantile.ns(histogram));
        }
    }

    private static void strategy(ObjectNode node, StrategyResult strategy) {
        node.put("name", strategy.strategy().key())
                .put("cells", strategy.cells().size())
                .put("stalled", strategy.stalled());
        stages(node.putObject("stages"), strategy.stages(s -> true));
        conservation(node.putObject("conservation"), strategy.conservation());
        counts(node, strategy.counts());
        samples(node.putObject("samples"), strategy.samples());
        ArrayNode sources = node.putArray("sources");
        for (SourceResult source : strategy.sources()) {
            ObjectNode json =
                    sources.addObject()
                            .put("name", source.name())
                            .put("kind", source.kind())
                            .put("movable", source.movable());
            stages(json.putObject("stages"), source.stages());
            conservation(json.putObject("conservation"), source.conservation());
        }
        ArrayNode blocks = node.putArray("blocks");
        strategy.cells().forEach(c -> block(blocks.addObject(), c));
    }

    private static void block(ObjectNode node, CellResult cell) {
        node.put("block", cell.block())
                .put("seed", cell.seed())
                .put("durationNs", cell.durationNs())
                .put("stalled", cell.stalled());
        stages(node.putObject("stages"), StrategyResult.stages(cell.sources()));
        conservation(node.putObject("conservation"), cell.conservation());
        counts(node, cell.counts());
        samples(node.putObject("samples"), cell.samples());
        ArrayNode noise = node.putArray("noise");
        cell.noise()
                .forEach(n ->
                        noise.addObject()
                                .put("cpu", n.cpu())
                                .put("stolenNs", n.stolenNs())
                                .put("handoverResidueNs", n.handoverResidueNs())
                                .put("elapsedNs", n.elapsedNs()));
    }

    private static void stages(ObjectNode node, Map<Stage, StageResult> stages) {
        stages.forEach((stage, result) -> {
            ObjectNode json = node.putObject(stage.key());
            distribution(json, result.all());
            distribution(json.putObject("clean"), result.clean());
        });
    }

    private static void conservation(ObjectNode node, Conservation c) {
        node.put("arrivals", c.arrivals())
                .put("handled", c.handled())
                .put("coalesced", c.coalesced())
                .put("dropped", c.dropped())
                .put("workQueued", c.workQueued())
                .put("workRun", c.workRun())
                .put("balanced", c.balanced());
    }

    private static void counts(ObjectNode node, CellCounts counts) {
        node.put("contextSwitches", counts.contextSwitches())
                .put("cpuNsPer1000", counts.cpuNsPer1000())
                .put("cpuNs", counts.cpuNs())
                .put("events", counts.events())
                .put("wakes", counts.wakes())
                .put("mergedWakes", counts.mergedWakes())
                .put("quanta", counts.quanta());
    }

    private static void samples(ObjectNode node, SampleCounts samples) {
        node.put("count", samples.samples())
                .put("tainted", samples.tainted())
                .put("unknown", samples.unknown())
                .put("busyPeriods", samples.periods())
                .put("taintedBusyPeriods", samples.taintedPeriods());
    }

    private static void contrast(ObjectNode node, Contrast contrast) {
        node.put("metric", contrast.metric())
                .put("strategy", contrast.strategy().key())
                .put("blocks", contrast.blocks())
                .put("lowest", contrast.lowest())
                .put("median", contrast.median())
                .put("highest", contrast.highest())
                .put("threshold", contrast.threshold())
                .put("verdict", contrast.verdict());
    }

    private static void strings(ArrayNode node, List<String> strings) {
        strings.forEach(node::add);
    }
}
