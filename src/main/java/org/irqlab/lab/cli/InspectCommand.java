package org.irqlab.lab.cli;

import org.irqlab.base.AtomicFile;
import org.irqlab.lab.trace.InventoryText;
import org.irqlab.lab.trace.TraceInput;
import org.irqlab.lab.trace.TraceInventory;
import org.irqlab.lab.trace.TraceSummary;
import org.irqlab.lab.trace.TracefsReader;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;

/**
 * {@code irqlab inspect TRACE}: says what is in a trace, and what a replay of it can answer.
 *
 * <p>Throws {@link org.irqlab.lab.trace.TraceFormatException} for a trace that cannot be read; the
 * JSON file appears as a whole or not at all.
 */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Says what is in a recorded trace, and what a replay of it can answer.")
public final class InspectCommand implements Callable<Integer> {
    /** What the JSON file holds. */
    record Document(String schema, TraceSummary trace) {}

    private static final String SCHEMA = "irqlab/trace/1";

    @Spec private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "TRACE",
            description =
                    "A tracefs trace file, plain or gzip. Without it: the trace that comes with"
                            + " irqlab.")
    private Path trace;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also write everything to FILE as JSON.")
    private Path json;

    @Option(
            names = "--tsc-mhz",
            paramLabel = "X",
            description =
                    "Rate of stamps that are cycles (trace_clock x86-tsc). Without it: inferred"
                            + " from the tick.")
    private Double tscMhz;

    @Override
    public Integer call() throws IOException {
        var reader =
                new TracefsReader(
                        trace == null
                                ? TraceInput.bundled("fio-randread-qd1")
                                : TraceInput.file(trace),
                        tscMhz == null ? OptionalDouble.empty() : OptionalDouble.of(tscMhz));
        var inventory = new TraceInventory(reader.names());
        TraceSummary summary = inventory.summary(reader.read(inventory));
        if (json != null) {
            writeJson(summary);
        }
        PrintWriter out = spec.commandLine().getOut();
        InventoryText.lines(summary).forEach(out::println);
        out.flush();
        return 0;
    }

    private void writeJson(TraceSummary summary) throws IOException {
        byte[] text =
                JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsBytes(new Document(SCHEMA, summary));
        AtomicFile.write(json, out -> out.write(text));
    }
}
