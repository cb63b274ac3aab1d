package org.irqlab.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;

import org.irqlab.lab.measure.CellFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class JsonReportTest {
    /** What the format promises: a path of names, [] for the first element. */
    private static final List<String> PROMISED =
            List.of(
                    "schema",
                    "setup/commandLine",
                    "placement/validForLatency",
                    "trace/events",
                    "trace/irqs",
                    "trace/softirqs",
                    "trace/coverage",
                    "selfCheck/verdict",
                    "selfCheck/rows/0/name",
                    "selfCheck/rows/0/recorded/count",
                    "selfCheck/rows/0/recorded/p50",
                    "selfCheck/rows/0/recorded/p90",
                    "selfCheck/rows/0/recorded/p99",
                    "selfCheck/rows/0/reproduced/count",
                    "selfCheck/rows/0/reproduced/p99",
                    "selfCheck/rows/0/ratio/p50",
                    "strategies/0/name",
                    "strategies/0/cells",
                    "strategies/0/stages/arrival_to_top/count",
                    "strategies/0/stages/top/p50",
                    "strategies/0/stages/raise_to_bottom/p90",
                    "strategies/0/stages/bottom/p99",
                    "strategies/0/stages/arrival_to_done/p999",
                    "strategies/0/stages/arrival_to_done/max",
                    "strategies/0/conservation/arrivals",
                    "strategies/0/conservation/handled",
                    "strategies/0/conservation/coalesced",
                    "strategies/0/conservation/dropped",
                    "strategies/0/conservation/workQueued",
                    "strategies/0/conservation/workRun",
                    "strategies/0/conservation/balanced",
                    "strategies/0/contextSwitches",
                    "strategies/0/cpuNsPer1000",
                    "strategies/0/sources/0/stages/top/p50");

    private static final List<String> PROMISED_AGAINST =
            List.of(
                    "rows/0/name",
                    "rows/0/recorded/count",
                    "rows/0/recorded/share",
                    "rows/0/recorded/p50",
                    "rows/0/recorded/p90",
                    "rows/0/recorded/p99",
                    "rows/0/recorded/mean",
                    "rows/0/predicted/count",
                    "rows/0/predicted/share",
                    "rows/0/predicted/mean",
                    "rows/0/ratio/p50",
                    "rows/0/ks",
                    "rows/0/yardstick/p50",
                    "rows/0/yardstick/ks",
                    "rows/0/verdict");

    private final JsonMapper mapper = JsonMapper.builder().build();

    @Test
    void resultHasEveryPromisedField() {
        JsonNode root = parsed(Results.sound());
        for (String path : PROMISED) {
            assertFalse(root.at("/" + path).isMissingNode(), path);
            assertFalse(root.at("/" + path).isNull(), path);
        }
    }

    @Test
    void namesThePlatform() {
        assertEquals("arm64", parsed(Results.sound()).at("/setup/platform").asString());
    }

    @Test
    void resultObeysItsSchema() throws IOException {
        assertEquals(List.of(), errors(parsed(Results.sound())));
    }

    @Test
    void emptyResultObeysItsSchema() throws IOException {
        ReplayResult result =
                Results.of(List.of(), List.of(new CellFailure("original/1", "hung", "last line")));
        assertEquals(List.of(), errors(parsed(result)));
    }

    @Test
    void schemaRefusesAResultWithoutOneOfItsFields() throws IOException {
        ObjectNode root = (ObjectNode) parsed(Results.sound());
        ((ObjectNode) root.at("/strategies/0/stages/top")).remove("p999");
        ((ObjectNode) root.at("/strategies/1/conservation")).put("balanced", "yes");
        assertEquals(2, errors(root).size(), errors(root)::toString);
    }

    @Test
    void predictionHeldAgainstARecordingObeysTheSchema() throws IOException {
        JsonNode root = parsed(Results.against());
        assertEquals(List.of(), errors(root));
        for (String path : PROMISED_AGAINST) {
            assertFalse(root.at("/against/" + path).isMissingNode(), path);
        }
        assertEquals("threaded", root.at("/against/strategy").asString());
        ObjectNode row = (ObjectNode) root.at("/against/rows/0");
        row.remove("yardstick");
        row.put("verdict", "perfect");
        assertEquals(2, errors(root).size(), errors(root)::toString);
        assertTrue(parsed(Results.sound()).at("/against").isMissingNode());
    }

    @Test
    void valuesAreThoseOfTheCells() {
        JsonNode root = parsed(Results.sound());
        JsonNode original = root.at("/strategies/0");
        assertEquals("irqlab/result/1", root.at("/schema").asString());
        assertEquals("original", original.at("/name").asString());
        assertEquals(3, original.at("/cells").asInt());
        assertEquals(6000, original.at("/stages/top/count").asInt());
        assertEquals(5400, original.at("/stages/top/clean/count").asInt());
        assertTrue(original.at("/stages/top/max").asLong() > 20_000);
        assertTrue(original.at("/stages/top/clean/max").asLong() < 1400);
        assertEquals(6015, original.at("/conservation/arrivals").asInt());
        assertEquals(5_000_000, original.at("/cpuNsPer1000").asLong());
        assertEquals(2005, original.at("/blocks/2/conservation/arrivals").asInt());
        assertEquals(12030, root.at("/conservation/arrivals").asInt());
    }

    private JsonNode parsed(ReplayResult result) {
        return mapper.readTree(new JsonReport().of(result));
    }

    private List<Error> errors(JsonNode root) throws IOException {
        Schema schema =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(
                                mapper.readTree(
                                        Files.readString(
                                                Path.of("docs/irqlab-result-1.schema.json"))));
        return schema.validate(root);
    }
}
