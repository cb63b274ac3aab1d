package org.irqlab.lab.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a command writes: results to {@code out}, everything else to {@code err}.
 *
 * <p><b>Threads.</b> One, the main thread.
 */
final class Terminal {
    private final PrintStream out;
    private final PrintStream err;
    private final boolean live;
    private int width;

    Terminal(PrintStream out, PrintStream err) {
        this(out, err, isTerminal());
    }

    /**
     * @param live whether {@code err} is a screen on which a line can be written over
     */
    Terminal(PrintStream out, PrintStream err, boolean live) {
        this.out = out;
        this.err = err;
        this.live = live;
    }

    private static boolean isTerminal() {
        String term = System.getenv("TERM");
        if (term == null || term.equals("dumb") || System.getenv("NO_COLOR") != null) {
            return false;
        }
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException e) {
            return false;
        }
    }

    boolean live() {
        return live;
    }

    PrintWriter outWriter() {
        return new PrintWriter(out, true);
    }

    PrintWriter errWriter() {
        return new PrintWriter(err, true);
    }

    void result(String text) {
        clearLine();
        out.print(text);
        out.flush();
    }

    void message(String line) {
        clearLine();
        err.println("irqlab: " + line);
    }

    void trace(Throwable error) {
        clearLine();
        error.printStackTrace(err);
    }

    /** Writes over the current line of a live terminal. */
    void overwrite(String line) {
        String padding = " ".repeat(Math.max(0, width - line.length()));
        err.print("\r" + line + padding);
        err.flush();
        width = line.length();
    }

    private void clearLine() {
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
            width = 0;
        }
    }
}
