package org.irqlab.lab.cli;

import org.irqlab.lab.zoo.BugZoo;
import org.irqlab.lab.zoo.ZooText;

import picocli.CommandLine.Command;

import java.util.concurrent.Callable;

/** {@code irqlab bug list}. */
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        description = "Lists the bugs: number, title, domain, and whether it can be run.")
final class BugListCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final BugZoo zoo;

    BugListCommand(Terminal terminal, BugZoo zoo) {
        this.terminal = terminal;
        this.zoo = zoo;
    }

    @Override
    public Integer call() {
        terminal.result(ZooText.list(zoo));
        return 0;
    }
}
