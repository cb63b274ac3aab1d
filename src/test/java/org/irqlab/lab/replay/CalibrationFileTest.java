package org.irqlab.lab.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;

import org.irqlab.support.Calibrations;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

@Timeout(60)
class CalibrationFileTest {
    private final JsonMapper mapper = JsonMapper.builder().build();
    @TempDir Path dir;

    private static String written() {
        var costs = new PathCosts();
        costs.wakeNs = new long[] {300, 400, 500};
        costs.remoteWakeIdleNs = new long[] {20_000, 30_000};
        costs.wakeToRescheduleNs = 250;
        costs.counts.put("wakeNs", 3);
        costs.counts.put("wakeToRescheduleNs", 40);
        costs.counts.put("remoteWakeIdleNs", 2);
        costs.borrowed.add("switchNs: 0 preemptions");
        return CalibrationFile.text(Calibration.of(costs, "a.trace"));
    }

    @Test
    void saysOfEveryPathWhatItIsAndWhatItRestsOn() {
        JsonNode root = mapper.readTree(written());
        assertEquals("irqlab/calibration/1", root.at("/schema").asString());
        assertEquals("a.trace", root.at("/trace").asString());
        assertEquals("ns", root.at("/unit").asString());
        assertEquals(CostPath.values().length, root.get("paths").size());
        JsonNode idle = root.at("/paths/remoteWakeIdleNs");
        assertTrue(idle.get("what").asString().startsWith("sched_waking → sched_wakeup"));
        assertEquals("remote", idle.get("waker").asString());
        assertEquals("idle", idle.get("target").asString());
        assertEquals(2, idle.get("samples").asInt());
        assertEquals(20_000, idle.at("/quantiles/0.5").asLong());
        assertEquals(30_000, idle.at("/quantiles/0.55").asLong());
        assertEquals(30_000, idle.at("/quantiles/1").asLong());
        assertEquals(28, idle.get("quantiles").size());
        assertEquals("{\"0.5\":250}", root.at("/paths/wakeToRescheduleNs/quantiles").toString());
        assertEquals("0 preemptions", root.at("/paths/switchNs/borrowed").asString());
        assertEquals("{}", root.at("/paths/idleExitNs/quantiles").toString());
    }

    @Test
    void fileObeysItsSchema() throws IOException {
        assertEquals(List.of(), errors(mapper.readTree(written())));
    }

    @Test
    void schemaKnowsEveryPathAndRefusesOthers() throws IOException {
        ObjectNode root = (ObjectNode) mapper.readTree(written());
        JsonNode known = schema().at("/properties/paths/properties");
        for (CostPath path : CostPath.values()) {
            assertTrue(known.has(path.key), path.key);
        }
        ((ObjectNode) root.get("paths")).putObject("warpNs").putObject("quantiles");
        ((ObjectNode) root.at("/paths/wakeNs/quantiles")).put("1.5", 7).put("0.5", -1);
        ((ObjectNode) root.at("/paths/switchNs")).remove("quantiles");
        assertEquals(4, errors(root).size(), errors(root)::toString);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "warpNs | {} | paths: \"warpNs\" is none (paths are those that irqlab",
                "wakeNs | {\"0.5\": -3} | wakeNs: quantile 0.5 is -3 (a whole number of ns,",
                "wakeNs | {\"0.5\": 3.5} | wakeNs: quantile 0.5 is 3.5 (a whole number of ns,",
                "wakeNs | {\"0.5\": \"x\"} | wakeNs: quantile 0.5 is \"x\" (a whole",
                "wakeNs | {\"0.5\": 1e30} | wakeNs: quantile 0.5 is 1.0E30 (a whole",
                "wakeNs | {\"0.9\": 5, \"0.5\": 7} | wakeNs: quantile 0.9 is 5, below quantile"
                        + " 0.5, which is 7 (values must not fall)",
                "wakeNs | {\"1.01\": 5} | wakeNs: \"1.01\" is no probability (0 to 1,",
                "wakeNs | {\"-0.1\": 5} | wakeNs: \"-0.1\" is no probability (0 to 1,",
                "wakeNs | {\"p50\": 5} | wakeNs: \"p50\" is no probability (0 to 1,",
                "wakeNs | {\"NaN\": 5} | wakeNs: \"NaN\" is no probability (0 to 1,",
                "wakeNs | {\"0.5\": 5, \"0.50\": 5} | wakeNs: quantile 0.50 is there twice (leave",
                "wakeNs | [] | wakeNs: has no quantiles (such as",
                "wakeNs | {}, \"p50\": 3 | wakeNs: \"p50\" is no field (fields are borrowed,",
                "wakeNs | {}, \"samples\": -1 | :2: not JSON: Duplicate",
            })
    void badPathIsOneLine(String path, String quantiles, String line) throws IOException {
        refused(Calibrations.text(path, quantiles), line);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            emptyValue = "",
            value = {
                "`` | schema: is missing (must be \"irqlab/calibration/1\"; make one with",
                "[1] | schema: is missing (must be",
                "{\"schema\": \"irqlab/result/1\"} | schema: is \"irqlab/result/1\" (must be",
                "{\"schema\": | :1: not JSON: ",
                "# tracer: nop | :1: not JSON: ",
                "{\"schema\": \"irqlab/calibration/1\"} | unit: is not \"ns\" (all values are ns)",
                "{\"schema\": \"irqlab/calibration/1\", \"unit\": \"ns\"} | paths: is no object (",
                "{\"schema\": \"irqlab/calibration/1\", \"unit\": \"us\"} | unit: is not \"ns\" (",
                "{\"schema\": \"irqlab/calibration/1\", \"path\": {}} | path: is no field (",
                "{\"schema\": \"irqlab/calibration/1\", \"unit\": \"ns\", \"paths\": {},"
                        + " \"coarseClock\": 1} | coarseClock: is 1 (true or false)",
                "{\"schema\": \"irqlab/calibration/1\", \"unit\": \"ns\", \"paths\":"
                        + " {\"wakeNs\": {\"samples\": -1, \"quantiles\": {}}}} | wakeNs:"
                        + " samples=-1 (a count, 0 or more)",
            })
    void badFileIsOneLine(String text, String line) throws IOException {
        refused(text, line);
    }

    private void refused(String text, String line) throws IOException {
        Path file = Files.writeString(dir.resolve("c.json"), text);
        var refused =
                assertThrows(IllegalArgumentException.class, () -> CalibrationFile.read(file));
        String start = file + (line.startsWith(":") ? "" : ": ") + line;
        assertTrue(refused.getMessage().startsWith(start), refused.getMessage());
        assertTrue(refused.getMessage().endsWith(")"), refused.getMessage());
    }

    @Test
    void missingFileIsRefused() {
        assertThrows(NoSuchFileException.class, () -> CalibrationFile.read(dir.resolve("none")));
        assertThrows(IllegalArgumentException.class, () -> CalibrationFile.read(dir));
    }

    private JsonNode schema() throws IOException {
        return mapper.readTree(Files.readString(Path.of("docs/irqlab-calibration-1.schema.json")));
    }

    private List<Error> errors(JsonNode root) throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema())
                .validate(root);
    }
}
