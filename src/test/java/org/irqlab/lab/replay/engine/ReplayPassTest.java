package org.irqlab.lab.replay.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import org.irqlab.hw.cpu.GuestThread;
import org.irqlab.hw.cpu.PolledDevice;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.ipi.IrqWork;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.kernel.sched.SchedulerSettings;
import org.irqlab.lab.measure.Conservation;
import org.irqlab.lab.measure.Platform;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.replay.ReplayPlan;
import org.irqlab.lab.replay.ReplayPlanBuilder;
import org.irqlab.lab.trace.NameTable;
import org.irqlab.lab.trace.TraceInput;
import org.irqlab.lab.trace.TracefsReader;
import org.irqlab.lab.trace.TracefsWriter;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * Replays the first part of the bundled trace on floating CPUs: counts, order and conservation, no
 * times.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ReplayPassTest {
    private static final int LINES = 2_000;
    private static final int HEADER = 12;

    private final ReplayPlan plan = plan();

    static Stream<Arguments> strategiesByPlatform() {
        return Arrays.stream(Platform.values())
                .flatMap(p -> Arrays.stream(Strategy.values()).map(s -> arguments(p, s)));
    }

    @ParameterizedTest
    @MethodSource("strategiesByPlatform")
    void doesAllRecordedWorkUnderEveryStrategyAndLosesNothing(
            Platform platform, Strategy strategy) {
        ReplayPass pass = run(platform, strategy, List.of());
        assertFalse(pass.stalled(), pass.executed() + " of " + pass.expected());
        assertEquals(
                platform == Platform.ARM64,
                pass.machine().machine().controller().translator().isPresent());
        assertConserved(pass);
        assertEquals(
                strategy != Strategy.ORIGINAL && strategy != Strategy.SOFTIRQ, disk(pass).moved());
    }

    @ParameterizedTest
    @EnumSource(Platform.class)
    void firesDevicesFromAThreadOfTheirOwn(Platform platform) {
        ReplayPass pass = run(platform, Strategy.ORIGINAL, List.of(GuestThread.ANY_CORE));
        assertFalse(pass.stalled());
        assertConserved(pass);
    }

    @ParameterizedTest
    @EnumSource(Platform.class)
    void leavesNoThreadBehind(Platform platform) {
        var before = Threads.now();
        run(platform, Strategy.THREADED, List.of());
        before.assertNoneLeft();
    }

    @Test
    void stopsAndSaysSoWhenWorkIsNeverReached() {
        ReplayPlan broken = plan();
        // A request that goes to a device a day later.
        broken.arrivalNs[broken.arrivalNs.length - 1] += TimeUnit.DAYS.toNanos(1);
        ReplayPass pass =
                ReplayPass.run(
                        broken,
                        Platform.X86,
                        spec(broken),
                        Strategy.ORIGINAL,
                        List.of(),
                        Pace.MEASURED);
        assertTrue(pass.stalled());
    }

    @ParameterizedTest
    @EnumSource(Platform.class)
    void recordsItselfAsATraceThatTheReaderTakes(Platform platform) throws IOException {
        ReplayPass pass = run(platform, Strategy.WORKQUEUE, List.of());
        var names = new NameTable();
        var text = new StringWriter();
        var writer = new TracefsWriter(text, names);
        writer.header(1, 1, 2);
        new RingEvents(pass.machine().machine(), names, 1).feed(writer, pass.machine().startedNs());
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        var reader = new TracefsReader(TraceInput.bytes("own", bytes), OptionalDouble.empty());
        var again = new ReplayPlanBuilder(reader.names());
        reader.read(again);
        long irqs = plan.sources.stream().filter(s -> s.number() == 36).count();
        assertEquals(1, irqs);
        assertEquals(
                disk(pass).conservation().handled(),
                again.stages().counts().get("device interrupts") - others(pass));
    }

    @ParameterizedTest
    @EnumSource(Platform.class)
    void runsIrqWorkBesideWhatTasksOfTheTraceDid(Platform platform) {
        var runs = new AtomicInteger();
        var replay =
                new ReplayMachine(
                        plan, platform, spec(plan), Strategy.ORIGINAL, List.of(), Pace.MEASURED);
        var machine = replay.machine();
        var work = new IrqWork(cpu -> runs.incrementAndGet());
        machine.cpu(0)
                .hw()
                .addDevice(
                        new PolledDevice() {
                            private boolean queued;

                            @Override
                            public long nextDueNs() {
                                return queued ? NEVER : 0;
                            }

                            @Override
                            public void service(long nowNs) {
                                queued = true;
                                machine.calls().queue(work, machine.cpu(0));
                            }
                        });
        try (replay) {
            replay.start(1_000_000);
            Threads.await("irq_work", () -> runs.get() == 1 && !work.busy());
        }
    }

    /** Interrupts of devices other than the disk. */
    private static long others(ReplayPass pass) {
        return Arrays.stream(pass.machine().sources())
                .filter(s -> s.spec().kind() == ReplayPlan.SourceKind.DEVICE && s != disk(pass))
                .mapToLong(s -> s.conservation().handled())
                .sum();
    }

    private static void assertConserved(ReplayPass pass) {
        long queued = 0;
        long run = 0;
        for (ReplayCounters counters : pass.machine().counters()) {
            queued += counters.workQueued;
            run += counters.workRun;
        }
        assertEquals(queued, run);
        for (ReplaySource source : pass.machine().sources()) {
            Conservation all = source.conservation();
            assertTrue(all.balanced(), source.spec().name() + " " + all.line());
            assertEquals(0, all.dropped(), source.spec().name());
        }
        assertTrue(disk(pass).conservation().arrivals() > 100, "the excerpt holds disk interrupts");
    }

    private static ReplaySource disk(ReplayPass pass) {
        return Arrays.stream(pass.machine().sources())
                .filter(s ->
                        s.spec().number() == 36 && s.spec().kind() == ReplayPlan.SourceKind.DEVICE)
                .findFirst()
                .orElseThrow();
    }

    private ReplayPass run(Platform platform, Strategy strategy, List<Integer> producers) {
        return ReplayPass.run(plan, platform, spec(plan), strategy, producers, Pace.MEASURED);
    }

    private static MachineSpec spec(ReplayPlan plan) {
        return MachineSpec.unpinned(plan.cpus)
                .withScheduling(SchedulerSettings.linux618().withIdle(IdlePolicy.HALT))
                .withPaths(cpu -> new RecordedPaths(plan, cpu))
                .withTrace(plan.costNs.length * 10)
                .withFirstPid(100_000);
    }

    private static ReplayPlan plan() {
        var reader =
                new TracefsReader(TraceInput.bytes("excerpt", excerpt()), OptionalDouble.empty());
        var builder = new ReplayPlanBuilder(reader.names());
        reader.read(builder);
        return builder.build();
    }

    private static byte[] excerpt() {
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(
                                        ReplayPassTest.class.getResourceAsStream(
                                                "/traces/fio-randread-qd1.trace.gz")),
                                StandardCharsets.ISO_8859_1))) {
            String head =
                    lines.lines().limit(HEADER + LINES).collect(Collectors.joining("\n", "", "\n"));
            return head.getBytes(StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
