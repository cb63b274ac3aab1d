package org.irqlab.lab.replay.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.lab.replay.PathCosts;
import org.irqlab.lab.replay.ReplayPlan;
import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.lab.replay.ReplayPlan.SourceKind;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What actions leave of the time of their activity. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ActivityRunnerTest {
    private static final int RAISES = 500;
    private static final long EVERY_NS = 10_000;
    private static final long COST_NS = RAISES * EVERY_NS;
    private static final int NET_RX = 3;

    /** A tenth of what each raise would lose if its way back were taken from an older event. */
    private static final long MOST_LOST_NS = 50_000;

    private final ReplayPlan plan = plan();
    private final ReplayCounters[] counters = {new ReplayCounters()};
    private final Run[] runs = {new Run(0, ReplayPlan.NONE), new Run(1, 0)};
    private final TestMachine machine =
            new TestMachine(MachineSpec.unpinned(1).withWorkersPerPool(1).withTrace(4));
    private final AtomicInteger scheduled = new AtomicInteger();
    private final ReplayTask task;

    ActivityRunnerTest() {
        var actions = new ReplayActions(plan, Pace.MEASURED, machine.machine(), runs, counters);
        var runner = new ActivityRunner(plan, actions, counters);
        var source =
                new ReplaySource(
                        plan.sources.getFirst(),
                        () -> FireOutcome.LATCHED,
                        null,
                        null,
                        counters,
                        new boolean[2]);
        // A thread that has been asked already: nobody is woken.
        source.moveToThread(cpu -> scheduled.incrementAndGet(), 0);
        task = new ReplayTask(machine.machine(), plan, plan.tasks.getFirst(), 0, runner, counters);
        actions.connect(
                new ReplaySource[] {source},
                new ReplayTask[] {task},
                null,
                null,
                null,
                Optional.empty());
        machine.start();
    }

    @AfterEach
    void close() {
        machine.close();
    }

    private static ReplayPlan plan() {
        var plan = new ReplayPlan();
        plan.tasks = List.of(new ReplayPlan.TaskSpec(0, 100, "tx", 120, false));
        plan.sources =
                List.of(
                        new ReplayPlan.Source(
                                0, SourceKind.TASK_SOFTIRQ, "NET_RX", NET_RX, 0, true));
        plan.returnNs = new long[1];
        plan.costNs = new long[] {COST_NS, 1_000};
        plan.activityTurnNs = new long[2];
        plan.activityCpu = new int[2];
        plan.activityIdleExitNs = new long[] {ReplayPlan.NONE, ReplayPlan.NONE};
        plan.activityRemoteWakeNs = plan.activityIdleExitNs.clone();
        plan.firstAction = new int[] {0, RAISES, RAISES};
        plan.actionKind = new byte[RAISES];
        Arrays.fill(plan.actionKind, (byte) ActionKind.RAISE.ordinal());
        plan.actionOffsetNs = new long[RAISES];
        Arrays.setAll(plan.actionOffsetNs, i -> i * EVERY_NS);
        plan.actionTarget = new int[RAISES];
        Arrays.fill(plan.actionTarget, NET_RX);
        plan.actionActivity = new int[RAISES];
        Arrays.fill(plan.actionActivity, 1);
        plan.actionCostNs = new long[RAISES];
        plan.actionDelayNs = new long[RAISES];
        plan.recordedPaths = new PathCosts();
        plan.paths = new PathCosts();
        return plan;
    }

    private static long nowNs(KernelCpu cpu) {
        return HostClock.nowNs() - cpu.hw().noise().stolenNs();
    }

    @Test
    void aRaiseThatWakesNobodyGivesItsTaskNoTime() {
        long[] began = new long[1];
        machine.inInterrupt(
                0,
                cpu -> {
                    task.wake(cpu, runs[0]);
                    began[0] = nowNs(cpu);
                });
        Threads.await("executed", () -> counters[0].executed() == 1);
        long[] ended = new long[1];
        machine.inInterrupt(0, cpu -> ended[0] = nowNs(cpu));
        assertEquals(RAISES, scheduled.get());
        assertTrue(
                ended[0] - began[0] >= COST_NS - MOST_LOST_NS,
                () -> ended[0] - began[0] + " ns for " + COST_NS);
    }
}
