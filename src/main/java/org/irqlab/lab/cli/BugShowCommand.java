package org.irqlab.lab.cli;

import org.irqlab.lab.zoo.BugZoo;
import org.irqlab.lab.zoo.ZooText;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/** {@code irqlab bug show B-nn}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "Says what a bug is: metric, detector, and why.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:success", "1:internal error", "2:bad usage or bad input"})
final class BugShowCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final BugZoo zoo;

    @Parameters(index = "0", paramLabel = "B-nn", description = "The bug's number.")
    private String id;

    BugShowCommand(Terminal terminal, BugZoo zoo) {
        this.terminal = terminal;
        this.zoo = zoo;
    }

    @Override
    public Integer call() {
        terminal.result(ZooText.card(zoo.entry(id).card()));
        return 0;
    }
}
