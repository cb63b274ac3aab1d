package org.irqlab.lab.cli;

import org.irqlab.base.AtomicFile;
import org.irqlab.lab.compare.PairCheck;
import org.irqlab.lab.compare.TraceMeasurement;
import org.irqlab.lab.report.TracesReport;
import org.irqlab.lab.trace.TraceInput;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code irqlab compare-traces A B}: two recordings of one load, stage by stage. */
@Command(
        name = "compare-traces",
        mixinStandardHelpOptions = true,
        description = {
            "Compares two traces recorded under the same load, stage by stage: how often, how long,"
                + " in which modes, and whether they differ by more than two identical runs of the"
                + " real kernel do.",
            "Nothing is replayed. Traces of another workload, another clock or other events are"
                    + " refused."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:success", "1:internal error", "2:bad usage or bad input"})
final class CompareTracesCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "A", description = "A tracefs trace, also .gz.")
    private Path a;

    @Parameters(index = "1", paramLabel = "B", description = "The one held against it.")
    private Path b;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Also write everything to FILE as JSON.")
    private Path json;

    @Option(
            names = "--tsc-mhz",
            paramLabel = "MHZ",
            defaultValue = "0",
            description = "Rate of x86-tsc stamps, of both. Default: inferred from the tick.")
    private double tscMhz;

    CompareTracesCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        if (tscMhz < 0) {
            throw new IllegalArgumentException("--tsc-mhz must be above 0 where given");
        }
        if (json != null) {
            ReplayOutputs.checkFile(json);
        }
        TraceMeasurement one = TraceMeasurement.read(TraceInput.file(a), a.toString(), tscMhz);
        TraceMeasurement other = TraceMeasurement.read(TraceInput.file(b), b.toString(), tscMhz);
        PairCheck.check(one, other);
        var report = new TracesReport(one, other);
        if (json != null) {
            byte[] text = report.json().getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(json, out -> out.write(text));
        }
        terminal.result(report.text());
        return 0;
    }
}
