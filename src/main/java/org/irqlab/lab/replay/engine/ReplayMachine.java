package org.irqlab.lab.replay.engine;

import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.deferral.Deferral;
import org.irqlab.kernel.deferral.Deferrals;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.ipi.FunctionCallHandler;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.workqueue.Workqueue;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlag;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import org.irqlab.lab.measure.Platform;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.replay.ReplayPlan;
import org.irqlab.lab.replay.ReplayPlan.SourceKind;
import org.irqlab.lab.scenario.Board;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * A machine furnished for one replay of a plan under one strategy.
 *
 * <p><b>Threads.</b> Made, started and read by one thread, which is not one of the machine's.
 */
final class ReplayMachine implements AutoCloseable {
    private static final long STOP_MILLIS = 10_000;

    private final ReplayPlan plan;
    private final Pace pace;
    private final Machine machine;
    private final ReplaySamples samples;
    private final ReplayCounters[] counters;
    private final ReplaySource[] sources;
    private final TaskContextPump[] pumps;
    private final ArrivalInjector[] injectors;
    private final Run[] runs;
    private final Optional<DeviceProducer> producer;
    private final ReplayClock clock = new ReplayClock();
    private long startedNs;
    private long stoppedNs;

    ReplayMachine(
            ReplayPlan plan,
            Platform platform,
            MachineSpec spec,
            Strategy strategy,
            List<Integer> producerHosts,
            Pace pace) {
        this.plan = plan;
        this.pace = pace;
        int cpus = spec.cpus();
        samples = new ReplaySamples(cpus, plan.sources.size());
        machine = Board.of(platform, spec, samples);
        counters = new ReplayCounters[cpus];
        Arrays.setAll(counters, cpu -> new ReplayCounters());
        runs = new Run[plan.costNs.length];
        Arrays.setAll(runs, activity -> new Run(activity, plan.activitySource[activity]));
        var actions = new ReplayActions(plan, pace, machine, runs, counters);
        var runner = new ActivityRunner(plan, actions, counters);
        var softirqRuns = new SoftirqRuns(machine, samples, counters);
        sources = makeSources(softirqRuns, strategy);
        softirqRuns.connect(machine, runner, sources);
        for (ReplaySource source : sources) {
            source.connect(runner);
        }
        pumps = new TaskContextPump[cpus];
        injectors = new ArrivalInjector[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
            machine.cpu(cpu).hw().noise().setListener(samples.listener(cpu, clock));
            machine.cpu(cpu).hw().noise().watchOwnCode();
            pumps[cpu] = new TaskContextPump(machine, cpu, plan, actions, runner, sources);
            injectors[cpu] = makeInjector(cpu, producerHosts.isEmpty());
        }
        producer = makeProducer(producerHosts);
        actions.connect(
                sources, makeTasks(runner), makeWorks(runner), softirqRuns, injectors, producer);
        connectSystemVectors(spec.scheduling().tickNs());
    }

    private ReplaySource[] makeSources(SoftirqRuns softirqRuns, Strategy strategy) {
        boolean[] hasBottomHalf = plan.leavesBottomHalf();
        var deferrals = new Deferrals(machine);
        var made = new ReplaySource[plan.sources.size()];
        int lines = (int) plan.sources.stream().filter(s -> s.kind() == SourceKind.DEVICE).count();
        MsixTable msix = lines == 0 ? null : Board.plugIn(machine, 1, lines).msix();
        int entry = 0;
        for (ReplayPlan.Source spec : plan.sources) {
            boolean device = spec.kind() == SourceKind.DEVICE;
            int vector = device ? entry++ : 0;
            var source =
                    new ReplaySource(
                            spec,
                            trigger(spec, msix, vector),
                            samples,
                            softirqRuns,
                            counters,
                            hasBottomHalf);
            made[spec.id()] = source;
            if (spec.movable() && strategy != Strategy.ORIGINAL && strategy != Strategy.SOFTIRQ) {
                move(source, strategy, deferrals);
            }
            if (device) {
                request(source, msix, vector);
            }
        }
        if (msix != null) {
            msix.writeControl(MsixTable.CONTROL_ENABLE);
        }
        return made;
    }

    private ReplaySource.InterruptTrigger trigger(
            ReplayPlan.Source spec, MsixTable msix, int vector) {
        var controller = machine.controller();
        return switch (spec.kind()) {
            case DEVICE -> () -> msix.fire(vector);
            case LOCAL_TIMER -> () -> controller.port(spec.cpu()).timerExpired();
            case IPI ->
                    () -> controller.sendIpi(spec.cpu(), controller.vectors().callFunctionSingle());
            case TASK_SOFTIRQ, TASK_WORK, TASK_WAKE ->
                    () -> {
                        throw new IllegalStateException(spec.kind() + " is no interrupt");
                    };
        };
    }

    private void move(ReplaySource source, Strategy strategy, Deferrals deferrals) {
        long dispatchNs = plan.recordedPaths.softirqDispatchNs;
        var spec = source.spec();
        boolean device = spec.kind() == SourceKind.DEVICE;
        switch (strategy) {
            case ORIGINAL, SOFTIRQ ->
                    throw new IllegalStateException("recorded bottom halves are softirqs");
            case INLINE -> source.moveInline();
            case TASKLET ->
                    source.moveToTasklet(
                            deferrals.bind(
                                    spec.name(),
                                    source::bottomHalf,
                                    new Deferral.InTasklet(false),
                                    spec.cpu()));
            case WORKQUEUE ->
                    source.moveToThread(
                            deferrals.bind(
                                    spec.name(),
                                    source::bottomHalf,
                                    new Deferral.Work(false, false),
                                    spec.cpu()),
                            dispatchNs);
            case THREADED -> {
                if (device) {
                    source.moveToInterruptThread(dispatchNs);
                } else {
                    source.moveToThread(
                            deferrals.bind(
                                    spec.name(),
                                    source::bottomHalf,
                                    Deferral.Threaded.NAPI_THREAD,
                                    spec.cpu()),
                            dispatchNs);
                }
            }
        }
    }

    private void request(ReplaySource source, MsixTable msix, int vector) {
        var spec = source.spec();
        var line = machine.irqs().allocate(spec.number(), msix, vector, spec.cpu());
        int nameId = machine.names().id(spec.name());
        if (source.onInterruptThread()) {
            machine.irqs()
                    .requestThreaded(
                            line,
                            spec.name(),
                            nameId,
                            source::topHalf,
                            cpu -> {
                                source.bottomHalf(cpu);
                                return IrqReturn.HANDLED;
                            },
                            machine.cpu(spec.cpu()),
                            machine.newPid());
        } else {
            machine.irqs().request(line, spec.name(), nameId, source::topHalf);
        }
    }

    /** The arrivals of a CPU, without those of devices when these have a thread of their own. */
    private ArrivalInjector makeInjector(int cpu, boolean devicesToo) {
        var injector =
                schedule(cpu, i -> plan.arrivalCpu[i] == cpu && (devicesToo || !ofDevice(i)));
        machine.cpu(cpu).hw().addDevice(injector);
        return injector;
    }

    private Optional<DeviceProducer> makeProducer(List<Integer> hosts) {
        // What the producer fires is counted apart from the CPUs: nobody shares a counter.
        return hosts.stream()
                .findFirst()
                .map(core -> new DeviceProducer(schedule(machine.cpus(), this::ofDevice), core));
    }

    private boolean ofDevice(int arrival) {
        return plan.sources.get(plan.arrivalSource[arrival]).kind() == SourceKind.DEVICE;
    }

    private ArrivalInjector schedule(int counter, IntPredicate belongs) {
        int[] all = IntStream.range(0, plan.arrivalNs.length).filter(belongs).toArray();
        for (int i : all) {
            if (plan.arrivalActivity[i] == ReplayPlan.NONE) {
                sources[plan.arrivalSource[i]].merged(counter);
            }
        }
        int[] own =
                Arrays.stream(all)
                        .filter(i -> plan.arrivalActivity[i] != ReplayPlan.NONE)
                        .toArray();
        long[] offsets = Arrays.stream(own).mapToLong(i -> pace.paced(plan.arrivalNs[i])).toArray();
        Run[] what =
                Arrays.stream(own).mapToObj(i -> runs[plan.arrivalActivity[i]]).toArray(Run[]::new);
        return new ArrivalInjector(offsets, what, clock, run -> arrive(counter, run));
    }

    private void arrive(int cpu, Run run) {
        ReplaySource source = sources[run.source];
        switch (source.spec().kind()) {
            case DEVICE, LOCAL_TIMER, IPI -> source.arrive(cpu, run);
            case TASK_SOFTIRQ, TASK_WORK, TASK_WAKE -> {
                if (source.spec().kind() != SourceKind.TASK_SOFTIRQ) {
                    source.arrived(cpu);
                }
                if (!pumps[cpu].arrive(run)) {
                    source.dropBottom(machine.cpu(cpu));
                }
                machine.controller().sendIpi(cpu, machine.controller().vectors().platformIpi());
            }
        }
    }

    private ReplayTask[] makeTasks(ActivityRunner runner) {
        int[] homes = firstCpus();
        return plan.tasks.stream()
                .map(spec ->
                        new ReplayTask(machine, plan, spec, homes[spec.id()], runner, counters))
                .toArray(ReplayTask[]::new);
    }

    /** Returns the CPU of each task's first quantum. */
    private int[] firstCpus() {
        var homes = new int[plan.tasks.size()];
        for (int activity = plan.costNs.length - 1; activity >= 0; activity--) {
            if (plan.activityKind[activity] == ReplayPlan.ActivityKind.QUANTUM.ordinal()) {
                homes[plan.activitySubject[activity]] = plan.activityCpu[activity];
            }
        }
        return homes;
    }

    private ReplayWork[] makeWorks(ActivityRunner runner) {
        Map<String, Workqueue> queues = new HashMap<>();
        return plan.works.stream()
                .map(spec -> {
                    var where = spec.unbound() ? WorkqueueFlags.UNBOUND : WorkqueueFlags.PER_CPU;
                    var flags = spec.highPriority() ? where.with(WorkqueueFlag.HIGHPRI) : where;
                    var queue =
                            queues.computeIfAbsent(
                                    spec.workqueue() + flags,
                                    key -> machine.workqueues().create(spec.workqueue(), flags, 0));
                    return new ReplayWork(machine, spec, queue, runner, counters);
                })
                .toArray(ReplayWork[]::new);
    }

    private void connectSystemVectors(long tickNs) {
        var vectors = machine.controller().vectors();
        var lastTick = new long[machine.cpus()];
        var timers = byCpu(SourceKind.LOCAL_TIMER);
        var ipis = byCpu(SourceKind.IPI);
        machine.irqs()
                .setSystemHandler(
                        vectors.localTimer(),
                        cpu -> {
                            long now = cpu.pathClock().markNs();
                            // High-resolution timers share the vector; only the tick's grid is the
                            // scheduler's.
                            if (now - lastTick[cpu.id()] >= tickNs - tickNs / 4) {
                                lastTick[cpu.id()] = now;
                                cpu.scheduler().tick();
                            }
                            handleAll(timers.get(cpu.id()), cpu);
                        },
                        Tracepoint.LOCAL_TIMER_ENTRY,
                        Tracepoint.LOCAL_TIMER_EXIT);
        machine.irqs()
                .setSystemHandler(
                        vectors.callFunctionSingle(),
                        new FunctionCallHandler(
                                machine.calls(), cpu -> handleAll(ipis.get(cpu.id()), cpu)),
                        Tracepoint.CALL_FUNCTION_SINGLE_ENTRY,
                        Tracepoint.CALL_FUNCTION_SINGLE_EXIT);
        // Not a kernel's interrupt, so it has no event; irq_work keeps its own vector.
        machine.irqs()
                .setSystemHandler(
                        vectors.platformIpi(), cpu -> pumps[cpu.id()].wake(cpu), null, null);
    }

    private List<ReplaySource[]> byCpu(SourceKind kind) {
        var all = new ArrayList<ReplaySource[]>();
        for (int id = 0; id < machine.cpus(); id++) {
            int cpu = id;
            all.add(
                    Arrays.stream(sources)
                            .filter(s -> s.spec().kind() == kind && s.spec().cpu() == cpu)
                            .toArray(ReplaySource[]::new));
        }
        return all;
    }

    private static void handleAll(ReplaySource[] ofCpu, KernelCpu cpu) {
        for (ReplaySource source : ofCpu) {
            source.topHalfOfSharedVector(cpu);
        }
    }

    /** Starts the machine; arrivals count from {@code leadNs} from now. Returns that host time. */
    long start(long leadNs) {
        startedNs = HostClock.nowNs();
        long originNs = startedNs + leadNs;
        clock.startAt(originNs);
        for (int cpu = 0; cpu < injectors.length; cpu++) {
            injectors[cpu].startAt(originNs);
            machine.cpu(cpu).hw().deadlineChanged();
        }
        producer.ifPresent(devices -> devices.start(originNs));
        machine.start();
        return originNs;
    }

    long startedNs() {
        return startedNs;
    }

    /** Returns when the machine had stopped, host ns. */
    long stoppedNs() {
        return stoppedNs;
    }

    /** Returns how many activities have been executed so far. */
    long executed() {
        return Arrays.stream(counters).mapToLong(ReplayCounters::executed).sum();
    }

    /** Returns by how much the schedule slipped, ns. */
    long slippedNs() {
        return clock.slippedNs();
    }

    Machine machine() {
        return machine;
    }

    ReplaySamples samples() {
        return samples;
    }

    ReplayCounters[] counters() {
        return counters;
    }

    ReplaySource[] sources() {
        return sources;
    }

    @Override
    public void close() {
        boolean ended = producer.map(devices -> devices.stop(STOP_MILLIS)).orElse(true);
        machine.close();
        stoppedNs = HostClock.nowNs();
        if (!ended) {
            throw new IllegalStateException(
                    "the device thread did not stop within " + STOP_MILLIS + " ms");
        }
    }
}
