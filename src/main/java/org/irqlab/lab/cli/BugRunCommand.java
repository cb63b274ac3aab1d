package org.irqlab.lab.cli;

import org.irqlab.base.AtomicFile;
import org.irqlab.lab.zoo.BugResult;
import org.irqlab.lab.zoo.BugRunner;
import org.irqlab.lab.zoo.BugZoo;
import org.irqlab.lab.zoo.ZooJson;
import org.irqlab.lab.zoo.ZooText;
import org.irqlab.lab.zoo.rig.BugEntry;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code irqlab bug run B-nn|all}: both forms, side by side. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description =
                "Runs bugs, with the bug and without it, and shows side by side what moves and what"
                        + " notices.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:every detector fired with the bug and stayed silent without it",
            "1:internal error, or one did not",
            "2:bad usage or bad input"
        })
final class BugRunCommand implements Callable<Integer> {
    private static final String ALL = "all";
    private static final int MOST_TIMES = 1_000;

    private final Terminal terminal;
    private final BugZoo zoo;
    private final BugRunner runner;

    @Parameters(
            arity = "1..*",
            paramLabel = "B-nn|all",
            description = "Numbers of bugs, or all that can be run.")
    private List<String> ids;

    @Option(
            names = "--times",
            paramLabel = "N",
            defaultValue = "1",
            description = "How often each is run, 1 to 1000. Default: ${DEFAULT-VALUE}.")
    private int times;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also write everything to FILE as JSON.")
    private Path json;

    BugRunCommand(Terminal terminal, BugZoo zoo, BugRunner runner) {
        this.terminal = terminal;
        this.zoo = zoo;
        this.runner = runner;
    }

    @Override
    public Integer call() throws IOException {
        List<BugEntry> wanted = ids.equals(List.of(ALL)) ? zoo.entries() : byNumber();
        if (times < 1 || times > MOST_TIMES) {
            throw new IllegalArgumentException("--times=" + times + " not in 1..1000");
        }
        if (json != null) {
            ReplayOutputs.checkFile(json);
        }
        var results = new ArrayList<BugResult>();
        for (BugEntry entry : wanted) {
            BugResult result = runner.run(entry, times);
            results.add(result);
            terminal.result(ZooText.result(result));
        }
        if (results.size() > 1) {
            terminal.result(ZooText.summary(results));
        }
        if (json != null) {
            byte[] text = ZooJson.of(results, times).getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(json, out -> out.write(text));
        }
        return results.stream().allMatch(BugResult::allCaught) ? 0 : 1;
    }

    private List<BugEntry> byNumber() {
        return ids.stream().map(zoo::entry).toList();
    }
}
