package org.irqlab.lab.cli;

import org.irqlab.base.time.HostClock;
import org.irqlab.lab.measure.CellBody;
import org.irqlab.lab.measure.CellFailure;
import org.irqlab.lab.measure.CellLauncher;
import org.irqlab.lab.measure.CellOutcome;
import org.irqlab.lab.measure.CellRequest;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.CellSchedule;
import org.irqlab.lab.measure.CellSchedule.Cell;
import org.irqlab.lab.measure.Platform;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.measure.TraceFacts;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs the cells of one replay; Ctrl-C ends the running one, and what has finished is kept. */
final class ReplayRun {
    /** File in the cells' directory with the machine's own events. */
    static final String MACHINE_TRACE = "machine.trace";

    private static final long FIXED_TIMEOUT_SECONDS = 60;
    private static final int TIMES_TRACE = 4;
    // Start of a JVM and reading of the trace, until the first cell tells better.
    private static final long OVERHEAD_NS = 3_000_000_000L;

    /**
     * @param calibration file of path costs, or null
     * @param compared strategy whose cells keep what their machines' own events measure, or null
     * @param traced strategy whose first cell writes the machine's own events, or null
     * @param cellTimeoutSeconds 0 = derive from the trace's length
     */
    record Plan(
            TraceSource source,
            List<Strategy> strategies,
            Platform platform,
            int blocks,
            long seed,
            double tscMhz,
            boolean force,
            Path calibration,
            Strategy compared,
            Strategy traced,
            long cellTimeoutSeconds,
            boolean quiet) {}

    /** What came of the cells. */
    record Cells(
            TraceFacts trace,
            List<CellResult> results,
            List<CellFailure> failures,
            boolean interrupted) {}

    private final CellBody body;
    private final Path directory;
    private final Terminal terminal;
    private final CellLauncher launcher;
    private final Interruption interruption;

    ReplayRun(
            CellLauncher launcher,
            CellBody body,
            Path directory,
            Terminal terminal,
            Interruption interruption) {
        this.body = body;
        this.directory = directory;
        this.terminal = terminal;
        this.launcher = launcher;
        this.interruption = interruption;
        interruption.onRequest(launcher::stop);
    }

    /** Reads the trace, then runs every cell; a cell that fails does not end the others. */
    Cells run(Plan plan) throws IOException, InterruptedException {
        TraceFacts trace = body.examine(request(plan, new Cell(Strategy.ORIGINAL, 1)));
        List<Cell> cells = CellSchedule.of(plan.strategies, plan.blocks, plan.seed).cells();
        var progress =
                new Progress(terminal, plan.quiet, cells.size(), trace.durationNs() + OVERHEAD_NS);
        var results = new ArrayList<CellResult>();
        var failures = new ArrayList<CellFailure>();
        for (Cell cell : cells) {
            CellRequest request = request(plan, cell);
            String name = request.name();
            long startNs = HostClock.nowNs();
            CellOutcome outcome =
                    launcher.run(request, timeout(plan, trace), ns -> progress.running(name, ns));
            long elapsedNs = HostClock.nowNs() - startNs;
            switch (outcome) {
                case CellOutcome.Finished(CellResult result) -> {
                    results.add(result);
                    progress.ended(name, result.stalled() ? "stalled" : "done", elapsedNs);
                }
                case CellOutcome.Failed(CellFailure failure) -> {
                    failures.add(failure);
                    progress.ended(name, "failed", elapsedNs);
                }
                case CellOutcome.Stopped() -> {
                    return new Cells(trace, results, failures, true);
                }
            }
        }
        return new Cells(trace, results, failures, interruption.requested());
    }

    private CellRequest request(Plan plan, Cell cell) {
        boolean traced = cell.strategy() == plan.traced && cell.block() == 1;
        return new CellRequest(
                plan.source.file().toString(),
                plan.source.name(),
                cell.strategy(),
                plan.platform,
                cell.block(),
                plan.seed + cell.block() - 1,
                plan.tscMhz,
                plan.force,
                plan.calibration == null ? null : plan.calibration.toString(),
                cell.strategy() == plan.compared,
                traced ? directory.resolve(MACHINE_TRACE).toString() : null);
    }

    private static Duration timeout(Plan plan, TraceFacts trace) {
        return plan.cellTimeoutSeconds > 0
                ? Duration.ofSeconds(plan.cellTimeoutSeconds)
                : Duration.ofNanos(TIMES_TRACE * trace.durationNs())
                        .plusSeconds(FIXED_TIMEOUT_SECONDS);
    }
}
