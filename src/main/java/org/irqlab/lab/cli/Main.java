package org.irqlab.lab.cli;

import org.irqlab.lab.measure.CellBody;
import org.irqlab.lab.replay.engine.ReplayCell;
import org.irqlab.lab.zoo.BugRunner;
import org.irqlab.lab.zoo.BugZoo;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Start of the command line. */
@Command(
        name = "irqlab",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description =
                "Runs Linux interrupt handling on real threads: replays a recorded trace under"
                        + " other deferral strategies.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:success",
            "1:internal error, or a cell that failed, stalled or lost something",
            "2:bad usage or bad input",
            "130:interrupted; what had finished was reported"
        })
public final class Main implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    public static void main(String[] args) {
        System.exit(run(args, Main.class, new ReplayCell()));
    }

    /**
     * Runs one command.
     *
     * @param main the class whose {@code main} calls this: cells are forked with it
     * @return the exit code
     */
    static int run(String[] args, Class<?> main, CellBody body) {
        // Not in the locale's encoding: with none set, Java would write ? for µ.
        var out =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        var err =
                new PrintStream(
                        new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        var terminal = new Terminal(out, err);
        int exit =
                new Errors(terminal)
                        .install(
                                new CommandLine(new Main())
                                        .addSubcommand(
                                                new ReplayCommand(terminal, main, body, args))
                                        .addSubcommand(new CompareTracesCommand(terminal))
                                        .addSubcommand(new InspectCommand())
                                        .addSubcommand(new CalibrateCommand())
                                        .addSubcommand(
                                                BugCommand.with(
                                                        terminal,
                                                        BugZoo.shipped(),
                                                        new BugRunner()))
                                        .addSubcommand(new CellCommand(body)))
                        .setOut(terminal.outWriter())
                        .setErr(terminal.errWriter())
                        .execute(args);
        out.flush();
        return exit;
    }

    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    /** The version that the jar's manifest names. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"irqlab " + version()};
        }
    }
}
