package org.irqlab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** The packaged program on traces that it cannot use: one line, exit code 2, nothing left. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BadInputIT {
    private static final String HEADER = "# tracer: nop\n#\n";
    private static final String IRQ = "          <idle>-0       [%s] d.h1. %s: irq_handler_%s\n";

    @TempDir Path dir;
    private Path results;
    private Path temporary;

    @BeforeEach
    void makeDirectories() throws IOException {
        results = Files.createDirectory(dir.resolve("results"));
        temporary = Files.createDirectory(dir.resolve("temporary"));
    }

    static Stream<Arguments> traces() throws IOException {
        byte[] good =
                Files.readAllBytes(Path.of("src/main/resources/traces/fio-randread-qd1.trace.gz"));
        byte[] junk = new byte[5000];
        new Random(1).nextBytes(junk);
        byte[] corrupt = good.clone();
        Arrays.fill(corrupt, 60_000, 60_400, (byte) 0x55);
        return Stream.of(
                arguments("truncated.gz", Arrays.copyOf(good, good.length / 2)),
                arguments("header-only.gz", Arrays.copyOf(good, 12)),
                arguments("corrupt.gz", corrupt),
                arguments("junk", junk),
                arguments("junk.gz", junk),
                arguments("packed-junk.gz", gzip(junk)),
                arguments("empty", new byte[0]),
                arguments("empty.gz", gzip(new byte[0])),
                arguments("no-events", bytes(HEADER)),
                arguments("zeros", new byte[100_000]),
                arguments("no-interrupts", bytes(HEADER + other("1.000000") + other("1.000100"))),
                arguments(
                        "backwards",
                        bytes(HEADER + pair("000", "9.0", "9.1") + pair("000", "1.0", "1.1"))),
                arguments("no-time", bytes(HEADER + pair("000", "x.y", "1.000100"))),
                arguments("cpu-out-of-range", bytes(HEADER + pair("99999999999", "1.0", "1.1"))),
                arguments("cpu-negative", bytes(HEADER + pair("-1", "1.0", "1.1"))),
                arguments("html", bytes("<html><body>404</body></html>\n".repeat(50))));
    }

    private static String other(String time) {
        return "   bash-12      [000] ..... " + time + ": sys_enter: NR 1 (0, 0, 0, 0, 0, 0)\n";
    }

    private static String pair(String cpu, String entry, String exit) {
        return IRQ.formatted(cpu, entry, "entry: irq=36 name=virtio1")
                + IRQ.formatted(cpu, exit, "exit: irq=36 ret=handled");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("traces")
    void isRefusedInOneLine(String name, byte[] content) throws Exception {
        Path trace = Files.write(dir.resolve(name), content);
        refused(trace);
    }

    @ParameterizedTest
    @MethodSource("paths")
    void unreadablePathIsRefusedInOneLine(String path) throws Exception {
        refused(dir.resolve(path));
    }

    static Stream<String> paths() {
        return Stream.of("missing.trace", "no/such/directory.trace.gz", "results");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | : schema: is missing (must be \"irqlab/calibration/1\"; make one with",
                "junk | :1: not JSON: ",
                "{\"schema\": \"irqlab/calibration/1\", \"unit\": \"ns\", \"paths\":"
                        + " {\"warpNs\": {}}} | : paths: \"warpNs\" is none (paths are",
                "{\"schema\": \"irqlab/calibration/1\", \"unit\": \"ns\", \"paths\":"
                        + " {\"wakeNs\": {\"quantiles\": {\"0.5\": -1}}}} | : wakeNs: quantile 0.5"
                        + " is -1 (a whole number of ns, 0 or more)",
            })
    void badCalibrationIsRefusedInOneLine(String text, String line) throws Exception {
        Path file = Files.writeString(dir.resolve("c.json"), text);
        Path trace = Path.of("src/main/resources/traces/fio-randread-qd1.trace.gz");
        refused(trace, file + line, "--calibration=" + file);
        Files.delete(file);
        refused(trace, file + ": no such file", "--calibration=" + file);
    }

    private void refused(Path trace) throws Exception {
        refused(trace, trace.toString(), "-q");
    }

    private void refused(Path trace, String line, String option) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> prefix =
                List.of(
                        java,
                        "-XX:TieredStopAtLevel=1",
                        "-Djava.io.tmpdir=" + temporary,
                        "-jar",
                        System.getProperty("irqlab.jar"));
        var ended =
                new Program(
                                dir,
                                prefix,
                                "replay",
                                trace.toString(),
                                "--what-if=original",
                                "--blocks=1",
                                option,
                                "--json=" + results.resolve("a.json"),
                                "--hlog=" + results.resolve("a.hlog"),
                                "--trace=" + results.resolve("a.trace"))
                        .end();
        assertEquals(2, ended.exit(), ended.err());
        assertTrue(ended.onlyErrorLine().startsWith("irqlab: " + line), ended.err());
        assertTrue(ended.err().length() < 400, ended.err());
        assertEquals("", ended.out());
        for (Path directory : List.of(results, temporary)) {
            try (var left = Files.list(directory)) {
                assertEquals(List.of(), left.toList());
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] gzip(byte[] content) throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write(content);
        }
        return packed.toByteArray();
    }
}
