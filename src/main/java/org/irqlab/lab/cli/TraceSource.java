package org.irqlab.lab.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a trace comes from.
 *
 * @param file holds it
 * @param name what the report calls it
 */
record TraceSource(Path file, String name) {
    private static final String BUNDLED = "fio-randread-qd1.trace.gz";

    /** Returns the trace {@code file}, or, if that is null, the bundled one, copied to a file. */
    static TraceSource of(Path file, Path directory) throws IOException {
        if (file != null) {
            return new TraceSource(file, file.toString());
        }
        Path copy = directory.resolve(BUNDLED);
        try (InputStream in = TraceSource.class.getResourceAsStream("/traces/" + BUNDLED)) {
            if (in == null) {
                throw new IllegalStateException("the bundled trace is missing");
            }
            Files.write(copy, in.readAllBytes());
        }
        return new TraceSource(copy, BUNDLED + " (bundled)");
    }
}
