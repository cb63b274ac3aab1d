package org.irqlab.lab.replay.engine;

import org.irqlab.base.time.HostClock;
import org.irqlab.host.CpuList;
import org.irqlab.host.HostTopology;
import org.irqlab.host.ThreadPinning;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqSettings;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.kernel.sched.SchedulerSettings;
import org.irqlab.lab.measure.CellBody;
import org.irqlab.lab.measure.CellRequest;
import org.irqlab.lab.measure.CellResult;
import org.irqlab.lab.measure.TraceFacts;
import org.irqlab.lab.placement.Placement;
import org.irqlab.lab.placement.PlacementRequest;
import org.irqlab.lab.replay.Calibration;
import org.irqlab.lab.replay.CalibrationFile;
import org.irqlab.lab.replay.PlanSummary;
import org.irqlab.lab.replay.ReplayPlan;
import org.irqlab.lab.replay.ReplayPlanBuilder;
import org.irqlab.lab.replay.StageAnalysis;
import org.irqlab.lab.trace.TraceInput;
import org.irqlab.lab.trace.TraceReading;
import org.irqlab.lab.trace.TracefsReader;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Replays a trace under one strategy: the body of a cell. */
public final class ReplayCell implements CellBody {
    /** Fixed: a thread that starts in the middle of a run would cost what no recording has. */
    private static final int WORKERS_PER_POOL = 4;

    /** Below this share of the time without lost events a replay says little. */
    private static final double LEAST_COVERAGE = 0.95;

    private static final int EVENTS_PER_ACTIVITY = 8;
    private static final int MORE_EVENTS = 4096;
    private static final int TASK_SEED_STRIDE = 7919;

    @Override
    public TraceFacts examine(CellRequest request) throws IOException {
        return Loaded.load(request).facts();
    }

    @Override
    public CellResult run(CellRequest request) throws IOException {
        Loaded loaded = Loaded.load(request);
        ReplayPlan plan = loaded.plan;
        int producers =
                plan.sources.stream().anyMatch(s -> s.kind() == ReplayPlan.SourceKind.DEVICE)
                        ? 1
                        : 0;
        var placement =
                Placement.plan(
                        new PlacementRequest(
                                plan.cpus, producers, Optional.empty(), IdlePolicy.POLL),
                        HostTopology.live());
        MachineSpec spec = spec(plan, placement, request.seed());
        if (!placement.jvmHosts().isEmpty()) {
            ThreadPinning.confineProcess(
                    CpuList.of(placement.jvmHosts().stream().mapToInt(c -> c).toArray()));
        }
        List<Integer> producerHosts = placement.producerHosts();
        WarmUp.run(plan, request.platform(), spec, request.strategy(), producerHosts);
        long startedEpochMs = HostClock.epochMillis();
        ReplayPass pass =
                ReplayPass.run(
                        plan,
                        request.platform(),
                        spec,
                        request.strategy(),
                        producerHosts,
                        Pace.MEASURED);
        if (request.traceOutput() != null) {
            // From the machine's start: what ran before the first arrival is part of it.
            OwnTrace.write(
                    Path.of(request.traceOutput()),
                    pass.machine().machine(),
                    pass.machine().startedNs());
        }
        return new CellReport(
                        request,
                        loaded.facts(),
                        loaded.stages,
                        loaded.shownSwitches,
                        plan,
                        placement,
                        pass)
                .result(startedEpochMs);
    }

    private static MachineSpec spec(ReplayPlan plan, Placement placement, long seed) {
        int[] cores = placement.cpuHosts().stream().mapToInt(Integer::intValue).toArray();
        int pids = plan.tasks.stream().mapToInt(ReplayPlan.TaskSpec::pid).max().orElse(1);
        return MachineSpec.pinned(cores)
                .withIrqs(IrqSettings.linux().withFailures(IrqSettings.Failures.STOP_MACHINE))
                .withScheduling(SchedulerSettings.linux618().withIdle(IdlePolicy.POLL))
                .withPaths(cpu -> new RecordedPaths(plan, seed * TASK_SEED_STRIDE + cpu))
                .withTrace(plan.costNs.length * EVENTS_PER_ACTIVITY + MORE_EVENTS)
                .withWorkersPerPool(WORKERS_PER_POOL)
                .withFirstPid(pids + 1);
    }

    /** A trace that has been read, and is fit to be replayed. */
    private record Loaded(
            TraceFacts facts, ReplayPlan plan, StageAnalysis stages, ShownSwitches shownSwitches) {
        static Loaded load(CellRequest request) throws IOException {
            // First: what is wrong with it must not come up only after a long trace.
            Calibration calibration =
                    request.calibration() == null
                            ? null
                            : CalibrationFile.read(Path.of(request.calibration()));
            var rate =
                    request.tscMhz() > 0
                            ? OptionalDouble.of(request.tscMhz())
                            : OptionalDouble.empty();
            var input = TraceInput.file(Path.of(request.trace()));
            var reader = new TracefsReader(input, rate);
            var builder = new ReplayPlanBuilder(reader.names());
            var shownSwitches = new ShownSwitches(builder);
            TraceReading reading = reader.read(shownSwitches);
            ReplayPlan plan =
                    calibration == null
                            ? builder.build()
                            : builder.build(calibration, request.calibration());
            StageAnalysis stages = builder.stages();
            if (plan.costNs.length == 0) {
                throw new IllegalArgumentException(
                        request.traceName()
                                + ": no interrupt, softirq or work item in it (record irq:*,"
                                + " workqueue:* and irq_vectors:*)");
            }
            if (plan.coverage < LEAST_COVERAGE && !request.force()) {
                throw new IllegalArgumentException(
                        "%s: coverage=%.1f %% < %.0f %%, the rest was lost by the recorder (replay it all the same with --force)"
                                .formatted(
                                        request.traceName(),
                                        plan.coverage * 100,
                                        LEAST_COVERAGE * 100));
            }
            return new Loaded(facts(request, reading, plan, stages), plan, stages, shownSwitches);
        }

        private static TraceFacts facts(
                CellRequest request, TraceReading reading, ReplayPlan plan, StageAnalysis stages) {
            return new TraceFacts(
                    request.traceName(),
                    reading.events(),
                    stages.counts().get("device interrupts"),
                    stages.counts().get("softirq runs"),
                    plan.cpus,
                    plan.durationNs,
                    plan.coverage,
                    reading.clock().describe(),
                    PlanSummary.lines(plan).stream()
                            .filter(line -> !line.startsWith("model: "))
                            .toList());
        }
    }
}
