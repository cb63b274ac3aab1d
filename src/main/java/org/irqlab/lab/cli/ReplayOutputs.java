package org.irqlab.lab.cli;

import org.irqlab.base.AtomicFile;
import org.irqlab.lab.report.HistogramExport;
import org.irqlab.lab.report.JsonReport;
import org.irqlab.lab.report.ReplayResult;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that a replay leaves, each whole or not at all. */
final class ReplayOutputs {
    @Option(names = "--json", paramLabel = "FILE", description = "Write the result as JSON.")
    private Path json;

    @Option(
            names = "--hlog",
            paramLabel = "FILE",
            description = "Write all histograms as a histogram log, ns.")
    private Path hlog;

    @Option(
            names = "--hgrm",
            paramLabel = "DIR",
            description = "Write a percentile file per strategy, source and stage, µs.")
    private Path hgrm;

    @Option(
            names = "--trace",
            paramLabel = "FILE",
            description =
                    "Write the machine's own events as tracefs text: of the last strategy of"
                            + " --what-if, else of the original, first block.")
    private Path trace;

    boolean wantsTrace() {
        return trace != null;
    }

    /** Refuses, before anything starts, what could not be written in the end. */
    void check() {
        var files = new ArrayList<Path>();
        for (Path file : new Path[] {json, hlog, trace}) {
            if (file != null) {
                checkFile(file);
                files.add(file.toAbsolutePath().normalize());
            }
        }
        if (files.stream().distinct().count() < files.size()) {
            throw new IllegalArgumentException("two results in one file: " + files.getFirst());
        }
        if (hgrm != null && Files.exists(hgrm) && !Files.isDirectory(hgrm)) {
            throw new IllegalArgumentException(hgrm + ": is not a directory");
        }
    }

    /** Refuses a file that could not be written. */
    static void checkFile(Path file) {
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(file + ": is a directory");
        }
        checkDirectory(file, file.toAbsolutePath().getParent());
    }

    private static void checkDirectory(Path file, Path directory) {
        if (directory == null || !Files.isDirectory(directory)) {
            throw new IllegalArgumentException(file + ": no such directory: " + directory);
        }
        if (!Files.isWritable(directory) && !Files.isWritable(file)) {
            throw new IllegalArgumentException(file + ": cannot write into " + directory);
        }
    }

    /**
     * Writes what was asked for.
     *
     * @param machineTrace written by a cell; need not exist
     * @return what could not be written, a line each
     */
    List<String> write(ReplayResult result, Path machineTrace) throws IOException {
        var missing = new ArrayList<String>();
        if (json != null) {
            byte[] text = new JsonReport().of(result).getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(json, out -> out.write(text));
        }
        if (hlog != null) {
            HistogramExport.writeLog(result, hlog);
        }
        if (hgrm != null) {
            HistogramExport.writePercentiles(result, hgrm);
        }
        if (trace != null && Files.exists(machineTrace)) {
            AtomicFile.write(trace, out -> Files.copy(machineTrace, out));
        } else if (trace != null) {
            missing.add(trace + ": not written: the cell has left no events");
        }
        return missing;
    }
}
