package org.irqlab.lab.cli;

import org.irqlab.base.AtomicFile;
import org.irqlab.lab.replay.Calibration;
import org.irqlab.lab.replay.CalibrationFile;
import org.irqlab.lab.replay.StageAnalysis;
import org.irqlab.lab.trace.TraceInput;
import org.irqlab.lab.trace.TracefsReader;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;

/** {@code irqlab calibrate TRACE}: the costs of the kernel's paths in a trace, as a file. */
@Command(
        name = "calibrate",
        mixinStandardHelpOptions = true,
        description = {
            "Writes what the kernel's own paths cost in a recorded trace: a JSON file to look at,"
                + " to edit, and to replay another trace with (irqlab replay --calibration FILE).",
        })
final class CalibrateCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "TRACE",
            description =
                    "tracefs trace text, also .gz. Without it: the bundled recording"
                            + " fio-randread-qd1.")
    private Path trace;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to FILE. Without it: to standard output.")
    private Path output;

    @Option(
            names = "--tsc-mhz",
            paramLabel = "MHZ",
            description = "Rate of x86-tsc stamps. Default: inferred from the tick.")
    private Double tscMhz;

    @Override
    public Integer call() throws IOException {
        boolean both = trace != null && output != null && Files.exists(output);
        if (both && Files.exists(trace) && Files.isSameFile(trace, output)) {
            throw new IllegalArgumentException(output + ": is the trace itself");
        }
        String text = CalibrationFile.text(calibration());
        if (output == null) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(text);
            out.flush();
        } else {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(output, out -> out.write(bytes));
        }
        return 0;
    }

    private Calibration calibration() {
        TraceInput input =
                trace == null ? TraceInput.bundled("fio-randread-qd1") : TraceInput.file(trace);
        var reader =
                new TracefsReader(
                        input, tscMhz == null ? OptionalDouble.empty() : OptionalDouble.of(tscMhz));
        var stages = new StageAnalysis(reader.names());
        reader.read(stages);
        String name = trace == null ? input.name() : trace.getFileName().toString();
        Calibration calibration = Calibration.of(stages, name);
        if (calibration.isEmpty()) {
            throw new IllegalArgumentException(
                    input.name()
                            + ": shows no path of the kernel from one event to the next (record"
                            + " irq:*, sched:*, workqueue:* and irq_vectors:*)");
        }
        return calibration;
    }
}
