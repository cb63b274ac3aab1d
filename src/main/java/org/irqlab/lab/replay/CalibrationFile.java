package org.irqlab.lab.replay;

import org.irqlab.lab.replay.Calibration.Distribution;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * A {@link Calibration} as a JSON file, {@code irqlab/calibration/1}:
 * docs/irqlab-calibration-1.schema.json.
 *
 * <p>People edit these files, so what is not understood is refused and not ignored: an {@link
 * IllegalArgumentException} with one line that says in which file, which path, what, and what to
 * do.
 */
public final class CalibrationFile {
    /** Value of the field {@code schema}; a change that breaks readers raises the number. */
    public static final String SCHEMA = "irqlab/calibration/1";

    private static final String UNIT = "ns";
    private static final String MAKE_ONE = "make one with irqlab calibrate TRACE -o FILE";

    private static final Set<String> FIELDS =
            Set.of("schema", "trace", "unit", "coarseClock", "paths");
    private static final Set<String> PATH_FIELDS =
            Set.of("what", "waker", "target", "samples", "borrowed", "quantiles");

    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    private final Path file;

    private CalibrationFile(Path file) {
        this.file = file;
    }

    /** Returns the file's text. */
    public static String text(Calibration calibration) {
        ObjectNode root =
                MAPPER.createObjectNode()
                        .put("schema", SCHEMA)
                        .put("trace", calibration.trace())
                        .put("unit", UNIT)
                        .put("coarseClock", calibration.coarseClock());
        ObjectNode paths = root.putObject("paths");
        calibration
                .paths()
                .forEach((path, distribution) ->
                        write(paths.putObject(path.key), path, distribution));
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    }

    private static void write(ObjectNode node, CostPath path, Distribution distribution) {
        node.put("what", path.what);
        if (path.state.waker != null) {
            node.put("waker", path.state.waker);
        }
        if (path.state.target != null) {
            node.put("target", path.state.target);
        }
        node.put("samples", distribution.samples());
        if (!distribution.borrowed().isEmpty()) {
            node.put("borrowed", distribution.borrowed());
        }
        ObjectNode quantiles = node.putObject("quantiles");
        distribution.quantiles().forEach((share, ns) -> quantiles.put(share(share), ns));
    }

    private static String share(double probability) {
        return BigDecimal.valueOf(probability).stripTrailingZeros().toPlainString();
    }

    /** Reads and checks a file. */
    public static Calibration read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(file + ": is a directory (" + MAKE_ONE + ")");
        }
        byte[] text = Files.readAllBytes(file);
        return new CalibrationFile(file).parse(text);
    }

    private Calibration parse(byte[] text) {
        JsonNode root;
        try {
            root = MAPPER.readTree(text);
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            throw new IllegalArgumentException(
                    "%s:%d: not JSON: %s (%s)"
                            .formatted(file, line, e.getOriginalMessage(), MAKE_ONE),
                    e);
        }
        String schema = root.path("schema").asString("");
        if (!schema.equals(SCHEMA)) {
            String is = root.has("schema") ? "is " + root.get("schema") : "is missing";
            throw bad("schema", is, "must be \"" + SCHEMA + "\"; " + MAKE_ONE);
        }
        refuseOthers(root, FIELDS, "");
        if (!root.path("unit").asString("").equals(UNIT)) {
            throw bad("unit", "is not \"ns\"", "all values are ns");
        }
        if (!root.path("paths").isObject()) {
            throw bad("paths", "is no object", "path names, each with its quantiles");
        }
        Map<CostPath, Distribution> paths = new EnumMap<>(CostPath.class);
        for (CostPath path : CostPath.values()) {
            paths.put(path, Distribution.NONE);
        }
        root.get("paths").properties().forEach(e -> paths.put(path(e.getKey()), path(e)));
        return new Calibration(
                root.path("trace").asString("an unnamed trace"),
                flag(root.path("coarseClock")),
                paths);
    }

    private CostPath path(String key) {
        return CostPath.named(key)
                .orElseThrow(() ->
                        bad(
                                "paths",
                                "\"" + key + "\" is none",
                                "paths are those that irqlab calibrate writes"));
    }

    private boolean flag(JsonNode node) {
        if (!node.isMissingNode() && !node.isBoolean()) {
            throw bad("coarseClock", "is " + node, "true or false");
        }
        return node.asBoolean(false);
    }

    private Distribution path(Map.Entry<String, JsonNode> entry) {
        String key = entry.getKey();
        JsonNode node = entry.getValue();
        if (!node.isObject() || !node.path("quantiles").isObject()) {
            throw bad(key, "has no quantiles", "such as \"quantiles\": {\"0.5\": 700}");
        }
        refuseOthers(node, PATH_FIELDS, key);
        JsonNode samples = node.path("samples");
        boolean count =
                samples.isIntegralNumber() && samples.canConvertToInt() && samples.asInt() >= 0;
        if (!samples.isMissingNode() && !count) {
            throw bad(key, "samples=" + samples, "a count, 0 or more");
        }
        String borrowed = node.path("borrowed").asString("");
        return new Distribution(samples.asInt(0), borrowed, quantiles(key, node.get("quantiles")));
    }

    private NavigableMap<Double, Long> quantiles(String key, JsonNode node) {
        var quantiles = new TreeMap<Double, Long>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            double share = share(key, entry.getKey());
            JsonNode ns = entry.getValue();
            String what = "quantile " + entry.getKey() + " is " + ns;
            if (!ns.isIntegralNumber() || !ns.canConvertToLong() || ns.asLong() < 0) {
                throw bad(key, what, "a whole number of ns, 0 or more");
            }
            if (quantiles.put(share, ns.asLong()) != null) {
                throw bad(key, "quantile " + entry.getKey() + " is there twice", "leave one");
            }
        }
        for (double share : quantiles.keySet()) {
            var next = quantiles.higherEntry(share);
            if (next != null && next.getValue() < quantiles.get(share)) {
                String what =
                        "quantile %s is %d, below quantile %s, which is %d"
                                .formatted(
                                        share(next.getKey()),
                                        next.getValue(),
                                        share(share),
                                        quantiles.get(share));
                throw bad(key, what, "values must not fall");
            }
        }
        return quantiles;
    }

    private double share(String key, String text) {
        double share;
        try {
            share = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            share = Double.NaN;
        }
        if (!(share >= 0 && share <= 1)) {
            throw bad(key, "\"" + text + "\" is no probability", "0 to 1, such as \"0.99\"");
        }
        return share + 0.0;
    }

    private void refuseOthers(JsonNode node, Set<String> known, String key) {
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw bad(
                        key.isEmpty() ? name : key,
                        key.isEmpty() ? "is no field" : "\"" + name + "\" is no field",
                        "fields are " + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    private IllegalArgumentException bad(String where, String what, String hint) {
        return new IllegalArgumentException("%s: %s: %s (%s)".formatted(file, where, what, hint));
    }
}
