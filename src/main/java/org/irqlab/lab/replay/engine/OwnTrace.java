package org.irqlab.lab.replay.engine;

import org.irqlab.base.trace.TraceRing;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.lab.trace.NameTable;
import org.irqlab.lab.trace.TracefsWriter;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes what a machine recorded of itself as tracefs text. */
final class OwnTrace {
    private OwnTrace() {}

    /** Writes {@code file} whole or not at all. */
    static void write(Path file, Machine machine, long originNs) throws IOException {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        var names = new NameTable();
        long kept = 0;
        long dropped = 0;
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            TraceRing ring = machine.cpu(cpu).ring();
            kept += ring.size();
            dropped += ring.dropped();
        }
        try (var out = Files.newBufferedWriter(part, StandardCharsets.UTF_8)) {
            var writer = new TracefsWriter(out, names);
            writer.header(kept, kept + dropped, machine.cpus());
            new RingEvents(machine, names, 1).feed(writer, originNs);
        } catch (IOException | UncheckedIOException e) {
            Files.deleteIfExists(part);
            throw e;
        }
        Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }
}
