package org.irqlab.lab.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;

import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooRig;
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

/** Results as text and as JSON. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ZooReportTest {
    private final JsonMapper mapper = JsonMapper.builder().build();
    private final BugRunner runner = new BugRunner(10);
    private final BugResult caught = runner.run(FakeBug.detected("B-01", 2, 0), 2);
    private final BugResult missed = runner.run(FakeBug.detected("B-02", 0, 0), 1);
    private final BugResult failed = runner.run(new FakeBug("B-03", (f, rig) -> hang(rig)), 2);

    private static Observation hang(ZooRig rig) {
        rig.await("godot", () -> false);
        return null;
    }

    @Test
    void showsBothFormsSideBySide() {
        String text = ZooText.result(caught);
        assertTrue(text.startsWith("B-01  Fake  [locks]\n"), text);
        assertTrue(text.matches("(?s).*metric +12,345 +never\n.*"), text);
        assertTrue(text.matches("(?s).*detector +fired +silent\n.*"), text);
        assertTrue(text.contains("\n  buggy: counted\n  fixed: all quiet\n"), text);
        assertTrue(text.contains("\n  verdict: caught 2 of 2\n  A. B. C.\n"), text);
    }

    @Test
    void saysWhatWasNotCaught() {
        assertTrue(ZooText.result(missed).contains("\n  verdict: missed\n"));
        String text = ZooText.result(failed);
        assertTrue(text.matches("(?s).*metric +failed +failed\n.*"), text);
        assertTrue(text.contains("verdict: caught 0, failed 2 of 2\n  buggy: not in 10 ms"), text);
        assertEquals(
                "caught 1 of 3\n  B-02  missed\n  B-03  caught 0, failed 2 of 2\n",
                ZooText.summary(List.of(caught, missed, failed)));
    }

    @Test
    void jsonObeysItsSchema() throws IOException {
        JsonNode root = mapper.readTree(ZooJson.of(List.of(caught, missed, failed), 2));
        assertEquals(List.of(), schema().validate(root));
        assertFalse(root.at("/allCaught").asBoolean());
        assertEquals(2, root.at("/bugs/0/caught").asInt());
        assertEquals(12_345, root.at("/bugs/0/runs/1/buggy/value").asInt());
        assertTrue(root.at("/bugs/0/runs/1/fixed/value").isNull());
        assertTrue(root.at("/bugs/2/runs/0/buggy").isNull());
        assertTrue(mapper.readTree(ZooJson.of(List.of(caught), 2)).at("/allCaught").asBoolean());
    }

    @Test
    void schemaRefusesARunWithoutAVerdict() throws IOException {
        JsonNode root = mapper.readTree(ZooJson.of(List.of(caught), 2));
        ((ObjectNode) root.at("/bugs/0/runs/0")).remove("verdict");
        ((ObjectNode) root.at("/bugs/0/runs/1/buggy")).put("detected", "often");
        assertEquals(2, schema().validate(root).size());
    }

    private Schema schema() throws IOException {
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(
                        mapper.readTree(
                                Files.readString(Path.of("docs/irqlab-bugs-1.schema.json"))));
    }
}
