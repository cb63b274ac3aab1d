package org.irqlab.lab.replay.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.lab.replay.PathCosts;
import org.irqlab.lab.replay.ReplayPlan;
import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What a replayed task does with quanta that find it awake, and with those that do not. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ReplayTaskTest {
    private static final int PARTS = 4;

    /** The activity that delivers part 1. */
    private static final int DELIVERING = PARTS;

    /** The activity that wakes for part 1. */
    private static final int WAKING = PARTS + 1;

    private static final int ACTIVITIES = PARTS + 2;

    private static final long COST_NS = 1_000_000;
    private static final long TURN_NS = 100_000_000;
    private static final long EXTRA_WAKE_NS = 5_000_000;
    private static final long WAKE_NS = 5_000_000;

    /** At most this of what runs one after the other is irqlab's own code. */
    private static final long OWN_CODE_NS = 100_000;

    private final ReplayPlan plan = plan();
    private final ReplayCounters[] counters = {new ReplayCounters()};
    private final Run[] runs = new Run[ACTIVITIES];
    private final TestMachine machine =
            new TestMachine(MachineSpec.unpinned(1).withWorkersPerPool(1));
    private final ActivityRunner runner;
    private final ReplayActions actions;
    private final ReplayTask task;

    ReplayTaskTest() {
        Arrays.setAll(runs, activity -> new Run(activity, ReplayPlan.NONE));
        actions = new ReplayActions(plan, Pace.MEASURED, machine.machine(), runs, counters);
        runner = new ActivityRunner(plan, actions, counters);
        task = new ReplayTask(machine.machine(), plan, plan.tasks.getFirst(), 0, runner, counters);
        actions.connect(null, new ReplayTask[] {task}, null, null, null, Optional.empty());
        machine.start();
    }

    @AfterEach
    void close() {
        machine.close();
    }

    /** Quanta of one task with a turn, and two top halves that each set off one of them. */
    private static ReplayPlan plan() {
        var plan = new ReplayPlan();
        plan.tasks = List.of(new ReplayPlan.TaskSpec(0, 100, "rx", 120, false));
        plan.returnNs = new long[1];
        plan.costNs = new long[ACTIVITIES];
        Arrays.fill(plan.costNs, COST_NS);
        plan.costNs[WAKING] = COST_NS + WAKE_NS;
        plan.activityTurnNs = new long[ACTIVITIES];
        Arrays.fill(plan.activityTurnNs, 0, PARTS, TURN_NS);
        plan.activityCpu = new int[ACTIVITIES];
        plan.activityIdleExitNs = new long[ACTIVITIES];
        Arrays.fill(plan.activityIdleExitNs, ReplayPlan.NONE);
        plan.activityRemoteWakeNs = plan.activityIdleExitNs.clone();
        plan.firstAction = new int[ACTIVITIES + 1];
        plan.firstAction[DELIVERING + 1] = 1;
        plan.firstAction[WAKING + 1] = 2;
        plan.actionKind =
                new byte[] {(byte) ActionKind.DELIVER.ordinal(), (byte) ActionKind.WAKE.ordinal()};
        plan.actionOffsetNs = new long[2];
        plan.actionTarget = new int[2];
        plan.actionActivity = new int[] {1, 1};
        plan.actionCostNs = new long[] {EXTRA_WAKE_NS, WAKE_NS};
        plan.actionDelayNs = new long[2];
        plan.recordedPaths = new PathCosts();
        plan.paths = new PathCosts();
        return plan;
    }

    private void await(int executed) {
        Threads.await(
                "executed=" + counters[0].executed(), () -> counters[0].executed() == executed);
        // A quantum counts before its task has gone to sleep.
        boolean[] idle = {false};
        while (!idle[0]) {
            machine.inInterrupt(0, cpu -> idle[0] = cpu.current().pid() == 0);
        }
    }

    /** Returns the CPU's time: the host's, less what the host stole. */
    private static long nowNs(KernelCpu cpu) {
        return HostClock.nowNs() - cpu.hw().noise().stolenNs();
    }

    @Test
    void appendsWithoutAWakeWhereTheTaskIsAwake() {
        boolean[] slept = new boolean[2];
        machine.inInterrupt(
                0,
                cpu -> {
                    slept[0] = task.wake(cpu, runs[0]);
                    slept[1] = actions.deliver(cpu, 0);
                });
        await(2);
        assertTrue(slept[0]);
        assertFalse(slept[1], "woken, if not yet on");
        assertEquals(1, counters[0].wakes);
        assertEquals(0, counters[0].mergedWakes, "no wake, so none that was merged");
        assertEquals(0, counters[0].extraWakes);
        assertEquals(1, counters[0].quanta, "one turn served both");
        assertEquals(2, counters[0].workRun);
    }

    @Test
    void wakesWhereTheTaskIsAsleep() {
        boolean[] slept = new boolean[1];
        machine.inInterrupt(0, cpu -> slept[0] = actions.deliver(cpu, 0));
        await(1);
        assertTrue(slept[0]);
        assertEquals(0, counters[0].wakes);
        assertEquals(1, counters[0].extraWakes);
        assertEquals(1, counters[0].quanta);
    }

    @Test
    void spendsItsTurnOnceHoweverManyQuantaItServes() {
        long[] ns = new long[2];
        machine.inInterrupt(
                0,
                cpu -> {
                    ns[0] = nowNs(cpu);
                    task.wake(cpu, runs[0]);
                    for (int part = 1; part < PARTS; part++) {
                        task.deliver(cpu, runs[part]);
                    }
                });
        await(PARTS);
        machine.inInterrupt(0, cpu -> ns[1] = nowNs(cpu));
        long tookNs = ns[1] - ns[0];
        assertTrue(tookNs >= TURN_NS + PARTS * COST_NS - OWN_CODE_NS, "took " + tookNs);
        assertTrue(tookNs < 2 * TURN_NS, "took " + tookNs);
    }

    @Test
    void spendsItsTurnForADeliveryThatWakesIt() {
        long[] ns = new long[2];
        machine.inInterrupt(
                0,
                cpu -> {
                    ns[0] = HostClock.nowNs();
                    actions.deliver(cpu, 0);
                });
        await(1);
        machine.inInterrupt(0, cpu -> ns[1] = HostClock.nowNs());
        assertTrue(ns[1] - ns[0] >= TURN_NS + COST_NS - OWN_CODE_NS, "took " + (ns[1] - ns[0]));
    }

    /** Who delivers pays for a wake that the recording does not have, beyond his own cost. */
    @Test
    void extraWakeComesOnTopOfItsWakersCost() {
        assertTrue(executing(DELIVERING) >= COST_NS + EXTRA_WAKE_NS - OWN_CODE_NS);
        await(2);
        assertEquals(1, counters[0].extraWakes);
    }

    @Test
    void deliveryToAnAwakeTaskIsInItsWakersCost() {
        machine.inInterrupt(0, cpu -> task.wake(cpu, runs[0]));
        long tookNs = executing(DELIVERING);
        assertTrue(tookNs >= COST_NS - OWN_CODE_NS, "took " + tookNs);
        assertTrue(tookNs < COST_NS + EXTRA_WAKE_NS, "took " + tookNs);
        await(3);
        assertEquals(0, counters[0].extraWakes);
    }

    @Test
    void wakeIsInItsWakersCost() {
        long tookNs = executing(WAKING);
        assertTrue(tookNs >= COST_NS + WAKE_NS - OWN_CODE_NS, "took " + tookNs);
        await(2);
        assertEquals(0, counters[0].mergedWakes);
    }

    @Test
    void wakeThatTurnsOutToBeNoneSavesWhatItTook() {
        machine.inInterrupt(0, cpu -> task.wake(cpu, runs[0]));
        long tookNs = executing(WAKING);
        assertTrue(tookNs >= COST_NS - OWN_CODE_NS, "took " + tookNs);
        assertTrue(tookNs < WAKE_NS, "took " + tookNs);
        await(3);
        assertEquals(1, counters[0].mergedWakes);
    }

    private long executing(int activity) {
        long[] ns = new long[2];
        machine.inInterrupt(
                0,
                cpu -> {
                    ns[0] = nowNs(cpu);
                    runner.execute(cpu, runs[activity], HostClock.nowNs());
                    ns[1] = nowNs(cpu);
                });
        return ns[1] - ns[0];
    }
}
