package org.irqlab.lab.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;

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
class TracesReportTest {
    private final JsonMapper mapper = JsonMapper.builder().build();
    private final TracesReport report =
            new TracesReport(AgainstTest.recorded(), AgainstTest.recorded());

    @Test
    void textNamesBothAndSaysHowTheyDiffer() {
        String text = report.text();
        assertTrue(text.startsWith("TRACE A  threaded.trace\n  "), text);
        assertTrue(text.contains("\nTRACE B  threaded.trace\n  "), text);
        assertTrue(text.contains("\nSTAGES (recorded A beside recorded B): WITHIN A/A: "), text);
        assertTrue(text.contains("    waking→in local busy waiting [napi]"), text);
    }

    @Test
    void jsonObeysItsSchema() throws IOException {
        JsonNode root = mapper.readTree(report.json());
        assertEquals(List.of(), schema().validate(root));
        JsonNode first = root.at("/rows/0");
        assertEquals(first.at("/a/count").asLong(), first.at("/b/count").asLong());
        assertEquals(0, first.at("/ks").asDouble());
    }

    @Test
    void schemaRefusesARowWithoutOneOfItsSides() throws IOException {
        JsonNode root = mapper.readTree(report.json());
        ((ObjectNode) root.at("/rows/0")).remove("b");
        ((ObjectNode) root.at("/rows/1/a")).put("p50", "fast");
        assertEquals(2, schema().validate(root).size());
    }

    private Schema schema() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(
                        mapper.readTree(
                                Files.readString(
                                        Path.of("docs/irqlab-compare-traces-1.schema.json"))));
    }
}
