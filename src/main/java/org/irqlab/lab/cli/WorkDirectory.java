package org.irqlab.lab.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Where cells leave their results: a temporary directory, unless the user keeps it. */
record WorkDirectory(Path path, boolean kept) implements AutoCloseable {
    /**
     * @param keep a directory, made if it is missing; null = a temporary one
     */
    static WorkDirectory open(Path keep) throws IOException {
        if (keep == null) {
            return new WorkDirectory(Files.createTempDirectory("irqlab-"), false);
        }
        if (Files.exists(keep) && !Files.isDirectory(keep)) {
            throw new IllegalArgumentException(keep + ": is not a directory");
        }
        return new WorkDirectory(Files.createDirectories(keep), true);
    }

    @Override
    public void close() throws IOException {
        if (kept) {
            return;
        }
        try (var files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
