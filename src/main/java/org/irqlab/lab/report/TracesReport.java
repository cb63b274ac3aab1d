package org.irqlab.lab.report;

import org.irqlab.lab.compare.Comparison;
import org.irqlab.lab.compare.TraceMeasurement;
import org.irqlab.lab.compare.Yardstick;
import org.irqlab.lab.trace.TraceSummary;

import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.util.Locale;

/**
 * Two recordings stage by stage, as text and as JSON, {@code irqlab/compare-traces/1}:
 * docs/irqlab-compare-traces-1.schema.json.
 */
public final class TracesReport {
    /** Value of the field {@code schema}. */
    public static final String SCHEMA = "irqlab/compare-traces/1";

    private static final double NS_PER_S = 1e9;

    private final TraceMeasurement a;
    private final TraceMeasurement b;
    private final Comparison comparison;

    public TracesReport(TraceMeasurement a, TraceMeasurement b) {
        this.a = a;
        this.b = b;
        comparison = Comparison.ofTraces(a, b);
    }

    /** Returns the table, with a line feed at its end. */
    public String text() {
        var out = new StringBuilder();
        trace(out, "A", a);
        trace(out, "B", b);
        out.append("\nSTAGES (recorded A beside recorded B): ")
                .append(verdict().toUpperCase(Locale.ROOT))
                .append(": ")
                .append(reason())
                .append('\n');
        new ComparisonText("A", "B", "B/A").appendTo(out, comparison);
        return out.toString();
    }

    private static void trace(StringBuilder out, String side, TraceMeasurement trace) {
        TraceSummary contents = trace.contents();
        out.append(
                String.format(
                        Locale.ROOT,
                        "TRACE %s  %s%n  %,d events, %.2f s on %d CPUs, coverage %s, %s%n",
                        side,
                        trace.name(),
                        contents.events(),
                        contents.spanNs() / NS_PER_S,
                        contents.cpus(),
                        Text.percent(contents.coverage()),
                        contents.clock().how()));
    }

    private String verdict() {
        if (comparison.judged() == 0) {
            return "inconclusive";
        }
        return comparison.outside() == 0 ? "within A/A" : "outside A/A";
    }

    private String reason() {
        long judged = comparison.judged();
        return judged == 0
                ? "no row has enough events"
                : "%d of %d rows lie within what two identical runs of the real kernel differ by"
                        .formatted(judged - comparison.outside(), judged);
    }

    /** Returns everything as JSON, indented. */
    public String json() {
        var mapper = JsonMapper.builder().build();
        ObjectNode root = mapper.createObjectNode().put("schema", SCHEMA);
        trace(root.putObject("a"), a);
        trace(root.putObject("b"), b);
        root.put("verdict", verdict())
                .put("reason", reason())
                .put("yardstickSource", Yardstick.SOURCE);
        ComparisonJson.rows(root.putArray("rows"), comparison, "a", "b");
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private static void trace(ObjectNode node, TraceMeasurement trace) {
        TraceSummary contents = trace.contents();
        node.put("name", trace.name())
                .put("events", contents.events())
                .put("cpus", contents.cpus())
                .put("durationNs", contents.spanNs())
                .put("coverage", contents.coverage())
                .put("clock", contents.clock().how());
    }
}
