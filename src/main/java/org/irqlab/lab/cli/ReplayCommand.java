package org.irqlab.lab.cli;

import org.irqlab.lab.compare.PairCheck;
import org.irqlab.lab.compare.StrategyCheck;
import org.irqlab.lab.compare.TraceMeasurement;
import org.irqlab.lab.measure.CellBody;
import org.irqlab.lab.measure.CellLauncher;
import org.irqlab.lab.measure.JavaCommand;
import org.irqlab.lab.measure.Platform;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.report.ReplayResult;
import org.irqlab.lab.report.TextReport;
import org.irqlab.lab.trace.TraceInput;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** The main job: a recorded trace under its original strategy, then under others. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = {
            "Replays a trace recorded on a real Linux machine: first under its original deferral"
                + " strategy (does irqlab reproduce what was recorded?), then under others (what"
                + " would have happened?).",
            "Every strategy runs once per block, each time in a fresh JVM, on the host cores that"
                    + " irqlab may use (taskset -c 0-3 ./irqlab ...)."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:success",
            "1:internal error, or a cell that failed, stalled or lost something",
            "2:bad usage or bad input",
            "130:interrupted; what had finished was reported"
        })
final class ReplayCommand implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    private final Terminal terminal;
    private final Class<?> main;
    private final CellBody body;
    private final String[] arguments;

    @Parameters(
            arity = "0..1",
            paramLabel = "TRACE",
            description =
                    "tracefs trace text, also .gz. Without it: the bundled recording"
                            + " fio-randread-qd1.")
    private Path trace;

    @Option(
            names = "--what-if",
            split = ",",
            paramLabel = "STRATEGY",
            description =
                    "Strategies to replay besides the original: inline, softirq, tasklet,"
                            + " workqueue, threaded. Default: all.")
    private List<String> whatIf = List.of();

    @Option(
            names = "--against",
            paramLabel = "TRACE",
            description =
                    "A recording of the same load, made with the one strategy of --what-if really"
                            + " set up: hold what is predicted against it, stage by stage.")
    private Path against;

    @Option(
            names = "--platform",
            paramLabel = "PLATFORM",
            defaultValue = "x86",
            description =
                    "Machine to replay on, whatever the trace was recorded on: x86 (local APICs) or"
                            + " arm64 (GICv3 with ITS). Default: ${DEFAULT-VALUE}.")
    private String platform;

    @Option(
            names = "--blocks",
            paramLabel = "N",
            defaultValue = "3",
            description = "Repetitions; fewer than 3 show no spread. Default: ${DEFAULT-VALUE}.")
    private int blocks;

    @Option(
            names = "--tsc-mhz",
            paramLabel = "MHZ",
            defaultValue = "0",
            description = "Rate of x86-tsc stamps. Default: inferred from the tick.")
    private double tscMhz;

    @Option(
            names = "--force",
            description = "Replay a trace of which less than 95 %% is covered all the same.")
    private boolean force;

    @Option(
            names = "--calibration",
            paramLabel = "FILE",
            description =
                    "Burn the path costs of this file, written by irqlab calibrate and perhaps"
                            + " edited, instead of the trace's own: a trace of one machine with the"
                            + " costs of another.")
    private Path calibration;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of everything drawn. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description = "Keep the cells' requests, results and logs in this directory.")
    private Path keep;

    @Option(
            names = "--cell-timeout",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "When a cell counts as hung. Default: 60 s + 4 × the trace's length.")
    private long cellTimeoutSeconds;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress.")
    private boolean quiet;

    @Mixin private ReplayOutputs outputs;

    ReplayCommand(Terminal terminal, Class<?> main, CellBody body, String[] arguments) {
        this.terminal = terminal;
        this.main = main;
        this.body = body;
        this.arguments = arguments.clone();
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Strategy> strategies = strategies();
        Platform machine = Platform.of(platform);
        if (blocks < 1) {
            throw new IllegalArgumentException("blocks=" + blocks + " < MIN_BLOCKS=1");
        }
        if (tscMhz < 0 || cellTimeoutSeconds < 0) {
            throw new IllegalArgumentException(
                    "--tsc-mhz and --cell-timeout must be above 0 where given");
        }
        outputs.check();
        var setup = new SetupReader();
        // Closed last: until then Ctrl-C waits for the report, and for the directory to go.
        try (var interruption = new Interruption();
                var directory = WorkDirectory.open(keep)) {
            var launcher = new CellLauncher(JavaCommand.likeThisProcess(main), directory.path());
            var run = new ReplayRun(launcher, body, directory.path(), terminal, interruption);
            TraceSource source = TraceSource.of(trace, directory.path());
            TraceMeasurement other = against == null ? null : recorded(source);
            ReplayRun.Cells cells = run.run(plan(source, strategies, machine));
            if (cells.interrupted() && cells.results().isEmpty()) {
                terminal.message("interrupted before the first cell had finished");
                return INTERRUPTED;
            }
            String command = "irqlab " + String.join(" ", arguments);
            var result =
                    ReplayResult.of(
                            setup.setup(command, machine, seed, blocks),
                            cells.trace(),
                            cells.results(),
                            cells.failures(),
                            cells.interrupted());
            return report(
                    other == null ? result : result.against(other, compared()), directory.path());
        }
    }

    /** Measures the trace that the prediction is held against; the cells never see it. */
    private TraceMeasurement recorded(TraceSource source) {
        TraceMeasurement one =
                TraceMeasurement.read(TraceInput.file(source.file()), source.name(), tscMhz);
        TraceMeasurement other =
                TraceMeasurement.read(TraceInput.file(against), against.toString(), tscMhz);
        PairCheck.check(one, other);
        StrategyCheck.check(one, other, compared());
        return other;
    }

    private Strategy compared() {
        return against == null ? null : Strategy.of(whatIf.getFirst().strip());
    }

    private ReplayRun.Plan plan(TraceSource source, List<Strategy> strategies, Platform machine) {
        return new ReplayRun.Plan(
                source,
                strategies,
                machine,
                blocks,
                seed,
                tscMhz,
                force,
                calibration,
                compared(),
                outputs.wantsTrace() ? tracedStrategy(strategies) : null,
                cellTimeoutSeconds,
                quiet);
    }

    private int report(ReplayResult result, Path directory) throws IOException {
        terminal.result(TextReport.of(result));
        outputs.write(result, directory.resolve(ReplayRun.MACHINE_TRACE))
                .forEach(terminal::message);
        if (result.interrupted()) {
            return INTERRUPTED;
        }
        return result.sound() ? 0 : Errors.INTERNAL;
    }

    private Strategy tracedStrategy(List<Strategy> strategies) {
        return whatIf.isEmpty() ? Strategy.ORIGINAL : strategies.getLast();
    }

    private List<Strategy> strategies() {
        if (against != null && whatIf.size() != 1) {
            throw new IllegalArgumentException(
                    "--against needs --what-if with the one strategy that "
                            + against
                            + " was recorded with");
        }
        var strategies = new ArrayList<>(List.of(Strategy.ORIGINAL));
        List<Strategy> asked =
                whatIf.isEmpty()
                        ? List.of(Strategy.values())
                        : whatIf.stream().map(String::strip).map(Strategy::of).toList();
        for (Strategy strategy : asked) {
            if (!strategies.contains(strategy)) {
                strategies.add(strategy);
            }
        }
        return strategies;
    }
}
