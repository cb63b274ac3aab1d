package org.irqlab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.replay.CalibrationFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import picocli.CommandLine;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

@Timeout(30)
class CalibrateCommandTest {
    private static final String TIMER = "bash-1 [000] d.h1. 1.000000: local_timer_%s: vector=236\n";

    @TempDir Path folder;
    private final StringWriter out = new StringWriter();
    private Exception thrown;

    private int calibrate(String... arguments) {
        return new CommandLine(new CalibrateCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out))
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    thrown = e;
                    return 2;
                })
                .execute(arguments);
    }

    @Test
    void printsWhatItWouldWrite() throws IOException {
        Path file = folder.resolve("c.json");
        assertEquals(0, calibrate("-o", file.toString()));
        assertEquals("", out.toString());
        assertEquals(0, calibrate());

        assertEquals(Files.readString(file), out.toString());
        assertTrue(out.toString().contains("\"trace\" : \"bundled:fio-randread-qd1\""));
        assertTrue(CalibrationFile.read(file).coarseClock());
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
    }

    @Test
    void traceWithoutAnyPathIsRefusedAndLeavesNoFile() throws IOException {
        Path trace = folder.resolve("t");
        Files.writeString(trace, TIMER.formatted("entry") + TIMER.formatted("exit"));
        Path file = folder.resolve("c.json");

        assertEquals(2, calibrate(trace.toString(), "-o", file.toString()));
        assertTrue(
                thrown.getMessage().startsWith(trace + ": shows no path of the kernel"),
                thrown.getMessage());
        assertTrue(Files.notExists(file));
    }

    @Test
    void traceIsNotWrittenOver() throws IOException {
        Path trace = Files.writeString(folder.resolve("t"), "junk\n");
        assertEquals(2, calibrate(trace.toString(), "--output", trace.toString()));
        assertEquals(trace + ": is the trace itself", thrown.getMessage());
        assertEquals("junk\n", Files.readString(trace));
    }
}
