package org.irqlab.lab.cli;

import org.irqlab.lab.zoo.BugRunner;
import org.irqlab.lab.zoo.BugZoo;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code irqlab bug}: the bug zoo. */
@Command(
        name = "bug",
        mixinStandardHelpOptions = true,
        description = {
            "The bug zoo: misuses of interrupts, each as a scenario with a switch. Shows what moves"
                    + " and what notices, with the bug and without it."
        })
final class BugCommand implements Runnable {
    @Spec private CommandSpec spec;

    private BugCommand() {}

    /** Returns the command with its own commands. */
    static CommandLine with(Terminal terminal, BugZoo zoo, BugRunner runner) {
        return new CommandLine(new BugCommand())
                .addSubcommand(new BugListCommand(terminal, zoo))
                .addSubcommand(new BugShowCommand(terminal, zoo))
                .addSubcommand(new BugRunCommand(terminal, zoo, runner));
    }

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
