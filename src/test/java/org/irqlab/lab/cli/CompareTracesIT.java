package org.irqlab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.SenderTraces;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The packaged program on pairs of traces: recorded beside recorded, predicted beside recorded. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CompareTracesIT {
    private static final int PACKETS = 1_200;

    @TempDir Path dir;
    private Path results;
    private Path softirq;
    private Path threaded;

    @BeforeEach
    void writeTraces() throws IOException {
        results = Files.createDirectory(dir.resolve("results"));
        softirq =
                Files.writeString(
                        dir.resolve("softirq.trace"), SenderTraces.softirq(PACKETS).text());
        threaded =
                Files.writeString(
                        dir.resolve("threaded.trace"), SenderTraces.threaded(PACKETS).text());
    }

    @Test
    void comparesTwoRecordings() throws Exception {
        Path json = results.resolve("a.json");
        var ended =
                irqlab(
                        "compare-traces",
                        threaded.toString(),
                        threaded.toString(),
                        "--json=" + json);
        assertEquals(0, ended.exit(), ended.err());
        assertEquals("", ended.err());
        assertTrue(ended.out().startsWith("TRACE A  " + threaded + "\n"), ended.out());
        assertTrue(ended.out().contains("WITHIN A/A"), ended.out());
        JsonNode root = read(json);
        assertEquals("irqlab/compare-traces/1", root.at("/schema").asString());
        assertTrue(root.at("/rows").size() > 3);
    }

    @Test
    void predictsTheNapiThreadsWakesAndHoldsThemAgainstTheRecording() throws Exception {
        Path json = results.resolve("a.json");
        var ended =
                irqlab(
                        "replay",
                        softirq.toString(),
                        "--what-if=threaded",
                        "--against=" + threaded,
                        "--blocks=1",
                        "-q",
                        "--json=" + json);
        assertEquals(0, ended.exit(), ended.err());
        JsonNode group = null;
        for (JsonNode row : read(json).at("/against/rows")) {
            if (row.at("/name").asString().equals("waking→in [napi]")) {
                group = row;
            }
        }
        assertEquals(PACKETS, group.at("/recorded/count").asInt());
        // The machine's own thread meets the row of the recorded one.
        assertEquals(PACKETS, group.at("/predicted/count").asInt(), PACKETS / 10.0);
    }

    @ParameterizedTest
    @CsvSource({
        "missing, ': no such file'",
        "junk, ':1: '",
        "other, ': another workload than '",
        "coarse, ': another clock than '",
        "without-polls, ': events are missing that '"
    })
    void refusesInOneLine(String what, String why) throws Exception {
        Path b = bad(what);
        refused(b, why, "compare-traces", softirq.toString(), b.toString());
        refused(
                b,
                why,
                "replay",
                softirq.toString(),
                "--what-if=threaded",
                "--blocks=1",
                "--against=" + b);
    }

    @Test
    void refusesAPairThatContradictsTheStrategy() throws Exception {
        refused(
                softirq,
                ": is not of --what-if threaded: ",
                "replay",
                softirq.toString(),
                "--what-if=threaded",
                "--against=" + softirq);
        refused(
                threaded,
                ": recorded threaded already: ",
                "replay",
                threaded.toString(),
                "--what-if=threaded",
                "--against=" + threaded);
    }

    @Test
    void compareTracesNeedsTwo() throws Exception {
        var ended = irqlab("compare-traces", softirq.toString());
        assertEquals(2, ended.exit());
        assertEquals(
                "irqlab: Missing required parameter: 'B' (see irqlab compare-traces --help)",
                ended.onlyErrorLine());
    }

    private Path bad(String what) throws IOException {
        Path file = dir.resolve(what);
        String good = Files.readString(threaded);
        return switch (what) {
            case "junk" -> Files.writeString(file, "junk\n");
            case "other" -> Files.writeString(file, SenderTraces.threaded(PACKETS / 2).text());
            case "coarse" ->
                    Files.writeString(file, good.replaceAll("(\\d\\.\\d{6})\\d{3}: ", "$1: "));
            case "without-polls" ->
                    Files.writeString(
                            file,
                            good.lines()
                                    .filter(line -> !line.contains("napi_poll"))
                                    .collect(Collectors.joining("\n", "", "\n")));
            default -> file;
        };
    }

    private void refused(Path blamed, String why, String... arguments) throws Exception {
        var all = new ArrayList<>(List.of(arguments));
        all.add("--json=" + results.resolve("a.json"));
        var ended = irqlab(all.toArray(String[]::new));
        assertEquals(2, ended.exit(), ended.err());
        assertTrue(ended.onlyErrorLine().startsWith("irqlab: " + blamed + why), ended.err());
        assertTrue(ended.err().length() < 600, ended.err());
        assertEquals("", ended.out());
        try (var left = Files.list(results)) {
            assertEquals(List.of(), left.toList());
        }
    }

    private static JsonNode read(Path json) throws IOException {
        return JsonMapper.builder().build().readTree(Files.readString(json));
    }

    private Program.Ended irqlab(String... arguments) throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new Program(
                        dir,
                        List.of(
                                java,
                                "-XX:TieredStopAtLevel=1",
                                "-jar",
                                System.getProperty("irqlab.jar")),
                        arguments)
                .end();
    }
}
