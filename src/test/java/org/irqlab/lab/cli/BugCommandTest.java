package org.irqlab.lab.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.zoo.BugRunner;
import org.irqlab.lab.zoo.BugZoo;
import org.irqlab.lab.zoo.ZooFixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import picocli.CommandLine;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BugCommandTest {
    @TempDir Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int bug(BugZoo zoo, String... arguments) {
        var terminal = new Terminal(new PrintStream(out), new PrintStream(err, true), false);
        CommandLine command = BugCommand.with(terminal, zoo, new BugRunner());
        return new Errors(terminal)
                .install(command)
                .setOut(terminal.outWriter())
                .setErr(terminal.errWriter())
                .execute(arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private JsonNode read(Path json) throws IOException {
        return JsonMapper.builder().build().readTree(Files.readString(json));
    }

    @Test
    void listsTheZoo() {
        assertEquals(0, bug(BugZoo.shipped(), "list"));
        assertEquals(47, out().lines().count());
        assertEquals("", err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void showsACard() {
        assertEquals(0, bug(BugZoo.shipped(), "show", "B-20"));
        assertTrue(out().startsWith("B-20  Unbalanced enable  [interrupts]\n  metric    "), out());
    }

    @Test
    void runsOneOfTheShippedBugs() throws IOException {
        Path json = folder.resolve("bugs.json");
        assertEquals(0, bug(BugZoo.shipped(), "run", "B-20", "--times=2", "--json=" + json));
        assertTrue(out().contains("verdict: caught 2 of 2"), out());
        assertFalse(out().contains("caught 1 of 1"), out());
        assertEquals("irqlab/bugs/1", read(json).at("/schema").asString());
        assertEquals(2, read(json).at("/bugs/0/runs").size());
    }

    @Test
    void runsAllThatThereIs() {
        assertEquals(0, bug(ZooFixtures.twoGoodOnes(), "run", "all"));
        assertTrue(out().endsWith("\ncaught 2 of 2\n"), out());
    }

    @Test
    void endsWithOneIfOneWasNotCaught() throws IOException {
        Path json = folder.resolve("bugs.json");
        assertEquals(1, bug(ZooFixtures.oneMissed(), "run", "all", "--json", json.toString()));
        assertTrue(out().endsWith("\ncaught 1 of 2\n  B-02  missed\n"), out());
        assertFalse(read(json).at("/allCaught").asBoolean(true));
        assertEquals(0, bug(ZooFixtures.oneMissed(), "run", "B-01"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            value = {
                "run B-48@bug=B-48 is none of B-01 … B-47, which irqlab bug list shows",
                "run B-20 b-20@bug=b-20 is none of B-01 … B-47, which irqlab bug list shows",
                "run all B-20@bug=all is none of B-01 … B-47, which irqlab bug list shows",
                "run B-29@B-29 is not there yet: needs the vDSO clock",
                "show B-29@B-29 is not there yet: needs the vDSO clock",
                "run B-20 --times=0@--times=0 not in 1..1000",
                "run B-20 --times=1001@--times=1001 not in 1..1000",
                "run B-20 --times=x@Invalid value for option '--times': 'x' is not an int (see"
                        + " bug run --help)",
                "run@Missing required parameter: 'B-nn|all' (see bug run --help)",
                "run B-20 --json=/nowhere/x@/nowhere/x: no such directory: /nowhere"
            })
    void refusesInOneLine(String arguments, String why) {
        assertEquals(2, bug(BugZoo.shipped(), arguments.split(" ")));
        assertEquals("irqlab: " + why + "\n", err.toString(StandardCharsets.UTF_8));
        assertEquals("", out());
    }
}
