package org.irqlab.lab.report;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import org.irqlab.base.AtomicFile;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.SourceResult;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;

/** All samples as HdrHistogram files, so that any percentile can be computed later. */
public final class HistogramExport {
    /** Percentile files are in µs. */
    private static final double NS_PER_MICRO = 1000.0;

    private static final int TICKS_PER_HALF_DISTANCE = 5;

    private HistogramExport() {}

    /**
     * Writes a histogram log: one line per cell, source and stage, tagged {@code
     * strategy/source/stage}, stamped with the cell's time. Histograms hold ns.
     */
    public static void writeLog(ReplayResult result, Path file) throws IOException {
        AtomicFile.write(file, out -> log(result, out));
    }

    private static void log(ReplayResult result, OutputStream out) throws IOException {
        var stream = new PrintStream(out, false, StandardCharsets.UTF_8);
        var writer = new HistogramLogWriter(stream);
        long startMs = result.setup().started().toEpochMilli();
        writer.outputComment(
                "[" + result.setup().version() + ": ns; " + result.trace().name() + "]");
        writer.outputLogFormatVersion();
        writer.outputStartTime(startMs);
        writer.setBaseTime(startMs);
        writer.outputLegend();
        for (CellResult cell : result.cells()) {
            for (SourceResult source : cell.sources()) {
                source.stages()
                        .forEach((stage, samples) -> {
                            Histogram histogram = samples.all().copy();
                            if (histogram.getTotalCount() > 0) {
                                histogram.setStartTimeStamp(cell.startedEpochMs());
                                histogram.setEndTimeStamp(
                                        cell.startedEpochMs() + cell.durationNs() / 1_000_000);
                                histogram.setTag(tag(cell.strategy().key(), source, stage.key()));
                                writer.outputIntervalHistogram(histogram);
                            }
                        });
            }
        }
        stream.flush();
        failed(stream);
    }

    private static String tag(String strategy, SourceResult source, String stage) {
        return strategy + "/" + sourceName(source) + "/" + stage;
    }

    /** Returns the source's name without what separates fields and files. */
    private static String sourceName(SourceResult source) {
        return source.name().replaceAll("[\\s,/\\\\\\p{Cntrl}]", "_");
    }

    /**
     * Writes one percentile file per strategy, source and stage into {@code directory}, values in
     * µs; the directory is made if it does not exist.
     */
    public static void writePercentiles(ReplayResult result, Path directory) throws IOException {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new FileAlreadyExistsException(directory.toString(), null, "not a directory");
        }
        Files.createDirectories(directory);
        for (StrategyResult strategy : result.strategies()) {
            for (SourceResult source : strategy.sources()) {
                for (var stage : source.stages().entrySet()) {
                    Histogram histogram = stage.getValue().all();
                    if (histogram.getTotalCount() > 0) {
                        String name =
                                tag(strategy.strategy().key(), source, stage.getKey().key())
                                        .replace('/', '.');
                        AtomicFile.write(
                                directory.resolve(name + ".hgrm"),
                                out -> percentiles(histogram, out));
                    }
                }
            }
        }
    }

    private static void percentiles(Histogram histogram, OutputStream out) throws IOException {
        var stream = new PrintStream(out, false, StandardCharsets.UTF_8);
        histogram.outputPercentileDistribution(stream, TICKS_PER_HALF_DISTANCE, NS_PER_MICRO);
        stream.flush();
        failed(stream);
    }

    private static void failed(PrintStream stream) throws IOException {
        if (stream.checkError()) {
            throw new IOException("cannot write");
        }
    }
}
