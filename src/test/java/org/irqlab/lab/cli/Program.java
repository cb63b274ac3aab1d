package org.irqlab.lab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command in a process of its own, with its output in files of a directory. */
final class Program {
    /** How a program ended. */
    record Ended(int exit, String out, String err) {
        String onlyErrorLine() {
            List<String> lines = err.lines().toList();
            if (lines.size() != 1) {
                throw new AssertionError("not one line: " + err);
            }
            return lines.getFirst();
        }
    }

    private final Process process;
    private final Path out;
    private final Path err;

    Program(Path directory, List<String> prefix, String... arguments) throws IOException {
        out = Files.createTempFile(directory, "out", ".txt");
        err = Files.createTempFile(directory, "err", ".txt");
        var command = new ArrayList<>(prefix);
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("IRQLAB_DEBUG");
        process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    }

    long pid() {
        return process.pid();
    }

    List<ProcessHandle> children() {
        return process.children().toList();
    }

    String errSoFar() throws IOException {
        return Files.readString(err);
    }

    Ended end() throws IOException, InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running: " + Files.readString(err));
        }
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
