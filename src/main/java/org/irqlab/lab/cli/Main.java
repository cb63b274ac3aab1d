package org.irqlab.lab.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** Start of the command line. */
@Command(
        name = "irqlab",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        description = "Runs Linux interrupt handling on real threads.")
public final class Main implements Runnable {
    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Main()).execute(args));
    }

    /** The version that the jar's manifest names. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"irqlab " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
