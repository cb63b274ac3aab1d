package org.irqlab.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Unpacks a machine recorded under {@code src/test/resources/sysfs}; the format is in the README
 * there.
 */
public final class RecordedHost {
    private RecordedHost() {}

    /** Writes the files of machine {@code name} below {@code directory}. */
    public static void unpack(String name, Path directory) throws IOException {
        for (String line : Files.readAllLines(Path.of("src/test/resources/sysfs", name + ".txt"))) {
            int colon = line.indexOf(':');
            if (line.startsWith("#") || colon < 0) {
                continue;
            }
            Path file = directory.resolve(line.substring(0, colon));
            if (line.charAt(colon - 1) == '/') {
                Files.createDirectories(file);
                continue;
            }
            Files.createDirectories(file.getParent());
            Files.writeString(
                    file,
                    line.substring(colon + 1) + "\n",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }
}
