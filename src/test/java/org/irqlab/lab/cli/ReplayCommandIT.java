package org.irqlab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.measure.JavaCommand;
import org.irqlab.support.SenderTraces;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line around a replay whose cells are made up, in processes of their own. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ReplayCommandIT {
    @TempDir Path dir;
    private Path results;
    private Path trace;
    private Path temporary;

    @BeforeEach
    void makeDirectories() throws IOException {
        results = Files.createDirectory(dir.resolve("results"));
        temporary = Files.createDirectory(dir.resolve("temporary"));
        trace = Files.writeString(dir.resolve("a.trace"), "");
    }

    @Test
    void reportsEveryStrategyAndLeavesWhatWasAskedFor() throws Exception {
        Path json = results.resolve("a.json");
        var ended =
                replay(
                        "--what-if=threaded",
                        "--blocks=2",
                        "--json=" + json,
                        "--hlog=" + results.resolve("a.hlog"),
                        "--hgrm=" + results.resolve("hgrm"),
                        "--trace=" + results.resolve("machine.trace"));
        assertEquals(0, ended.exit(), ended.err());
        assertTrue(ended.out().matches("(?s)SETUP\\n  command +irqlab replay .*"), ended.out());
        assertTrue(ended.out().contains("\nSTRATEGY original\n"), ended.out());
        assertTrue(ended.out().contains("\nSTRATEGY threaded\n"), ended.out());
        assertTrue(ended.out().endsWith(": balanced\n"), ended.out());
        assertEquals(List.of("a.hlog", "a.json", "hgrm", "machine.trace"), names(results));
        assertEquals("trace of threaded/1", Files.readString(results.resolve("machine.trace")));
        assertTrue(Files.readString(json).contains("\"irqlab/result/1\""));
        assertEquals(List.of(), names(temporary));
        List<String> progress = ended.err().lines().toList();
        assertEquals(4, progress.size(), ended.err());
        assertTrue(
                progress.getFirst().matches("irqlab: \\[1/4] original/1 done in .*, about .* left"),
                ended.err());
        assertFalse(ended.err().contains("\r"));
        assertFalse((ended.out() + ended.err()).contains("\033"));
    }

    @Test
    void runsEveryStrategyWhenNoneIsNamed() throws Exception {
        var ended = replay("--blocks=1", "-q");
        assertEquals(6, ended.out().lines().filter(l -> l.startsWith("STRATEGY ")).count());
        assertEquals("", ended.err());
    }

    @ParameterizedTest
    @CsvSource({
        "crash, ended with exit code 1, baton lost",
        "refuse, ended with exit code 2, cpus=9 > LIMIT=2",
        "exit, ended with exit code 7, ''"
    })
    void failedCellDoesNotEndTheOthers(String how, String reason, String tail) throws Exception {
        Files.writeString(trace, "threaded/1 " + how + "\n");
        var ended = replay("--what-if=threaded,inline", "--blocks=1", "-q");
        assertEquals(1, ended.exit());
        assertTrue(ended.out().contains("\nCELL threaded/1 FAILED: " + reason), ended.out());
        assertTrue(ended.out().contains(tail), ended.out());
        assertTrue(ended.out().contains("\nSTRATEGY inline\n"), ended.out());
        assertTrue(ended.out().endsWith(": balanced\n"), ended.out());
    }

    @Test
    void hungCellIsEndedWithADumpOfItsThreads() throws Exception {
        Files.writeString(trace, "inline/1 hang\n");
        var ended = replay("--what-if=inline,threaded", "--blocks=1", "--cell-timeout=15");
        assertEquals(1, ended.exit());
        String text = ended.out();
        assertTrue(text.contains("CELL inline/1 FAILED: hung: ended after 15 s\n"), text);
        assertTrue(text.contains("\tat org.irqlab.lab.cli.FakeReplay.sleep("), text);
        assertTrue(ended.err().contains("[3/3] threaded/1 "), ended.err());
    }

    @Test
    void keepsTheCells() throws Exception {
        Path keep = results.resolve("cells");
        replay("--what-if=original", "--blocks=1", "--keep=" + keep);
        assertEquals(
                List.of("original-1.json", "original-1.log", "original-1.request.json"),
                names(keep));
    }

    @Test
    void calibrationReachesEveryCell() throws Exception {
        Path keep = results.resolve("cells");
        replay("--what-if=inline", "--blocks=1", "--keep=" + keep, "--calibration=c.json");
        for (String cell : List.of("original-1", "inline-1")) {
            String request = Files.readString(keep.resolve(cell + ".request.json"));
            assertTrue(request.contains("\"calibration\":\"c.json\""), request);
        }
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void interruptReportsTheFinishedCells(String signal, int exit) throws Exception {
        Files.writeString(trace, "threaded/1 hang\n");
        Path json = results.resolve("a.json");
        Program program = start("--what-if=threaded", "--blocks=2", "--json=" + json);
        while (!program.errSoFar().contains("original/1 done") || program.children().isEmpty()) {
            Thread.sleep(50);
        }
        ProcessHandle cell = program.children().getFirst();
        new ProcessBuilder("kill", "-" + signal, Long.toString(program.pid())).start().waitFor();
        var ended = program.end();
        assertEquals(exit, ended.exit(), ended.err());
        assertTrue(ended.out().contains("\nINTERRUPTED: only the cells"), ended.out());
        assertTrue(ended.out().endsWith(": balanced\n"), ended.out());
        assertTrue(Files.readString(json).contains("\"interrupted\" : true"));
        assertFalse(cell.isAlive());
        assertEquals(List.of(), names(temporary));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--what-if=fast | irqlab: strategy=fast is none of original, inline,",
                "--platform=riscv | irqlab: platform=riscv is none of x86, arm64",
                "--blocks=0 | irqlab: blocks=0 < MIN_BLOCKS=1",
                "--blocks=x | irqlab: Invalid value for option '--blocks'",
                "--jsn=a | irqlab: Unknown option: '--jsn=a'",
                "--json=/no/such/a | irqlab: /no/such/a: no such directory: /no/such",
                "--json=/ | irqlab: /: is a directory",
                "--hgrm=/dev/null | irqlab: /dev/null: is not a directory"
            })
    void badUsageIsOneLine(String option, String line) throws Exception {
        var ended = replay(option);
        assertEquals(2, ended.exit());
        assertTrue(ended.onlyErrorLine().startsWith(line), ended.err());
        assertEquals("", ended.out());
    }

    @Test
    void badTraceIsOneLineAndLeavesNothing() throws Exception {
        Files.writeString(trace, "junk");
        var ended = replay("--json=" + results.resolve("a.json"));
        assertEquals(2, ended.exit());
        assertEquals("irqlab: " + trace + ":1: no trace", ended.onlyErrorLine());
        assertEquals(List.of(), names(results));
        assertEquals(List.of(), names(temporary));
        Files.delete(trace);
        assertEquals("irqlab: " + trace + ": no such file", replay().onlyErrorLine());
    }

    @Test
    void holdsAPredictionAgainstARecording() throws Exception {
        Files.writeString(trace, SenderTraces.softirq(1_000).text());
        Path other = dir.resolve("b.trace");
        Files.writeString(other, SenderTraces.threaded(1_000).text());
        Path json = results.resolve("a.json");
        var ended =
                replay("--what-if=threaded", "--blocks=1", "--against=" + other, "--json=" + json);
        assertEquals(0, ended.exit(), ended.err());
        assertTrue(
                ended.out().contains("\nAGAINST " + other + " (recorded, beside what threaded"),
                ended.out());
        assertTrue(Files.readString(json).contains("\"against\" : {"));
    }

    @ParameterizedTest
    @CsvSource({"''", "'--what-if=threaded,inline'"})
    void recordingIsOfOneStrategy(String whatIf) throws Exception {
        var ended = whatIf.isEmpty() ? replay("--against=b") : replay("--against=b", whatIf);
        assertEquals(2, ended.exit());
        assertEquals(
                "irqlab: --against needs --what-if with the one strategy that b was recorded with",
                ended.onlyErrorLine());
    }

    private Program.Ended replay(String... options) throws Exception {
        return start(options).end();
    }

    private Program start(String... options) throws IOException {
        var prefix = new ArrayList<>(JavaCommand.likeThisProcess(FakeReplay.class).prefix());
        prefix.addAll(1, List.of("-Djava.io.tmpdir=" + temporary, "-XX:TieredStopAtLevel=1"));
        // A background job of a shell would inherit that SIGINT is ignored.
        prefix.addAll(0, List.of("env", "--default-signal=INT"));
        prefix.add("replay");
        prefix.add(trace.toString());
        return new Program(dir, prefix, options);
    }

    private static List<String> names(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
