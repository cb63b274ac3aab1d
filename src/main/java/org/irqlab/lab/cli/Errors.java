package org.irqlab.lab.cli;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** One clear line for whatever goes wrong, and the exit code. */
final class Errors {
    static final int INTERNAL = 1;
    static final int BAD_INPUT = 2;
    private final Terminal terminal;

    Errors(Terminal terminal) {
        this.terminal = terminal;
    }

    CommandLine install(CommandLine commandLine) {
        return commandLine
                .setParameterExceptionHandler((e, args) -> usage(e))
                .setExecutionExceptionHandler((e, command, result) -> failure(e));
    }

    private int usage(ParameterException e) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        String text = firstLine(e.getMessage());
        if (e instanceof UnmatchedArgumentException unmatched) {
            List<String> suggestions = unmatched.getSuggestions();
            text += suggestions.isEmpty() ? "" : "; did you mean " + suggestions.getFirst() + "?";
        }
        terminal.message(text + " (see " + command + " --help)");
        return BAD_INPUT;
    }

    private int failure(Exception e) {
        if (e instanceof IllegalArgumentException || e instanceof IOException) {
            terminal.message(text(e));
            debug(e);
            return BAD_INPUT;
        }
        terminal.message(
                "internal error: "
                        + firstLine(String.valueOf(e))
                        + " (please report it, with the output under IRQLAB_DEBUG=1)");
        debug(e);
        return INTERNAL;
    }

    private void debug(Exception e) {
        if (System.getenv("IRQLAB_DEBUG") != null) {
            terminal.trace(e);
        }
    }

    /** Returns what went wrong in one line. */
    static String text(Exception e) {
        if (e instanceof FileSystemException file) {
            String reason =
                    switch (file) {
                        case NoSuchFileException f when f.getReason() == null -> "no such file";
                        case AccessDeniedException f when f.getReason() == null -> "access denied";
                        case FileSystemException f when f.getReason() == null ->
                                f.getClass().getSimpleName();
                        default -> file.getReason();
                    };
            return file.getFile() + ": " + firstLine(reason);
        }
        return firstLine(e.getMessage() == null ? e.toString() : e.getMessage());
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
