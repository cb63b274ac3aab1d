package org.irqlab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.trace.TraceFormatException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

@Timeout(30)
class InspectCommandTest {
    @TempDir Path folder;
    private final StringWriter out = new StringWriter();
    private Exception thrown;

    private int inspect(String... arguments) {
        return new CommandLine(new InspectCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out))
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    thrown = e;
                    return 2;
                })
                .execute(arguments);
    }

    @Test
    void printsTheBundledTraceAndWritesItAsJson() throws IOException {
        Path json = folder.resolve("trace.json");
        assertEquals(0, inspect("--json", json.toString()));
        assertTrue(out.toString().contains("virtio1-req.0"), out::toString);

        JsonNode trace = JsonMapper.builder().build().readTree(Files.readString(json));
        assertEquals("irqlab/trace/1", trace.get("schema").asString());
        assertEquals(26254, trace.get("trace").get("events").asLong());
        assertEquals(3345, trace.get("trace").get("irqs").asLong());
        assertEquals(1.0, trace.get("trace").get("coverage").asDouble());
        assertEquals(36, trace.get("trace").get("irqLines").get(2).get("irq").asInt());
        try (var files = Files.list(folder)) {
            assertEquals(List.of(json), files.toList());
        }
    }

    @Test
    void takesTheRateOfACycleClock() throws IOException {
        Path trace = folder.resolve("t");
        Files.writeString(
                trace,
                "bash-1 [000] d.h1. 1000000: local_timer_entry: vector=236\n"
                        + "bash-1 [000] d.h1. 3000000: local_timer_exit: vector=236\n");
        assertEquals(0, inspect("--tsc-mhz", "2000", trace.toString()));
        assertTrue(out.toString().contains("span          0.001000 s"), out::toString);
        assertTrue(out.toString().contains("2000.000 MHz: given by --tsc-mhz"), out::toString);
    }

    @Test
    void passesErrorsOnAndLeavesNoFile() throws IOException {
        Path trace = Files.writeString(folder.resolve("t"), "junk\n");
        Path json = folder.resolve("trace.json");
        assertEquals(2, inspect("--json", json.toString(), trace.toString()));
        assertInstanceOf(TraceFormatException.class, thrown);
        assertTrue(thrown.getMessage().startsWith(trace + ":1: "), thrown.getMessage());
        assertTrue(Files.notExists(json));
        assertEquals("", out.toString());
    }
}
