package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Disabling and killing tasklets, and what happens to those of a CPU that goes. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TaskletControlTest {
    private static final long REPORT_NS = 5_000_000;
    private static final long LIMIT_NS = 20_000_000;
    private static final long TICK_NS = 1_000_000;

    private final TestMachine m =
            new TestMachine(
                    MachineSpec.unpinned(2)
                            .withWorkersPerPool(1)
                            .withSoftirqs(SoftirqSettings.linux618().withKillReportNs(REPORT_NS)));
    private final TaskletControl control = m.machine().taskletControl();
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean running;
    private volatile boolean mayEnd;

    @AfterEach
    void close() {
        m.close();
    }

    private void await(String... lines) {
        Threads.await(
                List.of(lines) + " after " + log,
                () -> m.machine().smp().failure() != null || log.size() >= lines.length);
        assertEquals(List.of(lines), List.copyOf(log));
    }

    private void driver(int cpu, Consumer<Task> body) {
        // Without a tick nobody would take the CPU from a ksoftirqd that spins.
        m.machine().timer(cpu).armPeriodic(HostClock.nowNs() + TICK_NS, TICK_NS);
        m.kernelThread(cpu, "driver/" + cpu, TaskPolicy.NORMAL, body);
    }

    private boolean schedule(Tasklet tasklet, KernelCpu cpu) {
        return m.machine().tasklets(cpu.id()).schedule(tasklet);
    }

    /** Runs on CPU 1 until it may end. */
    private Tasklet longRunning() {
        return new Tasklet(
                cpu -> {
                    running = true;
                    while (!mayEnd) {
                        cpu.burn(10_000);
                    }
                    log.add("run ends");
                },
                1,
                0);
    }

    private void startLongRun(Tasklet tasklet) {
        m.start();
        m.inInterrupt(1, cpu -> schedule(tasklet, cpu));
    }

    @Test
    void disableWaitsForTheRunOnAnotherCpu() {
        Tasklet tasklet = longRunning();
        driver(
                0,
                self -> {
                    waitUntilItRuns(self);
                    control.disable(tasklet, self.cpu());
                    assertFalse(tasklet.running());
                    log.add("disabled");
                });
        startLongRun(tasklet);
        await();
        Threads.await("runs", () -> running);
        mayEnd = true;
        await("run ends", "disabled");
    }

    private void waitUntilItRuns(Task self) {
        while (!running) {
            m.sleep(self, 100_000);
        }
    }

    @Test
    void disableInAtomicSpinsForTheRun() {
        Tasklet tasklet = longRunning();
        startLongRun(tasklet);
        Threads.await("runs", () -> running);
        mayEnd = true;
        m.inInterrupt(0, cpu -> control.disableInAtomic(tasklet, cpu));
        assertFalse(tasklet.running());
    }

    @Test
    void killWaitsForWhatIsScheduledAndForWhatRuns() {
        Tasklet tasklet = longRunning();
        driver(
                0,
                self -> {
                    waitUntilItRuns(self);
                    schedule(tasklet, self.cpu());
                    control.kill(tasklet, self.cpu());
                    log.add(tasklet.scheduled() + " " + tasklet.running());
                });
        startLongRun(tasklet);
        Threads.await("runs", () -> running);
        mayEnd = true;
        await("run ends", "run ends", "false false");
    }

    @Test
    void killOfAnIdleTaskletIsOverAtOnceAndItCanBeScheduledAgain() {
        var tasklet = new Tasklet(cpu -> log.add("run"), 1, 0);
        driver(
                0,
                self -> {
                    control.kill(tasklet, self.cpu());
                    log.add("killed");
                    assertTrue(schedule(tasklet, self.cpu()));
                });
        m.start();
        await("killed", "run");
    }

    @Test
    void killOfATaskletThatSchedulesItselfHasNoEndAndIsReported() {
        var stop = new boolean[1];
        var self = new Tasklet[1];
        self[0] =
                new Tasklet(
                        cpu -> {
                            if (!stop[0]) {
                                schedule(self[0], cpu);
                            }
                        },
                        7,
                        0);
        driver(
                0,
                task -> {
                    schedule(self[0], task.cpu());
                    assertFalse(control.killWithin(self[0], LIMIT_NS, task.cpu()));
                    log.add("lives");
                    stop[0] = true;
                    control.kill(self[0], task.cpu());
                    log.add("killed");
                });
        m.start();
        await("lives", "killed");
        var reports = m.machine().smp().log().reports(ReportKind.TASKLET_KILL_STUCK);
        assertEquals(1, reports.size());
        assertEquals("tasklet=7", reports.getFirst().what());
        assertEquals("scheduled again and again", reports.getFirst().details().getFirst());
    }

    @Test
    void killOfADisabledTaskletHasNoEndAndItsSpinsAreCounted() {
        var tasklet = new Tasklet(cpu -> log.add("run"), 8, 0);
        tasklet.disableNoSync();
        driver(
                0,
                task -> {
                    schedule(tasklet, task.cpu());
                    assertFalse(control.killWithin(tasklet, LIMIT_NS, task.cpu()));
                    log.add("lives");
                    tasklet.enable();
                    control.kill(tasklet, task.cpu());
                    log.add("killed");
                });
        m.start();
        await("lives", "run", "killed");
        assertTrue(m.machine().tasklets(0).disabledSpins() > 1);
        var report = m.machine().smp().log().reports(ReportKind.TASKLET_KILL_STUCK).getFirst();
        assertEquals("disabled", report.details().getFirst());
    }

    @Test
    void killInAnInterruptIsReportedAndDoesNotWait() {
        var tasklet = new Tasklet(cpu -> log.add("run"), 9, 0);
        m.start();
        m.inInterrupt(0, cpu -> assertTrue(control.killWithin(tasklet, LIMIT_NS, cpu)));
        m.inInterrupt(
                0,
                cpu -> {
                    schedule(tasklet, cpu);
                    assertFalse(control.killWithin(tasklet, LIMIT_NS, cpu));
                });
        await("run");
        var diag = m.machine().smp().log();
        assertEquals(2, diag.count(ReportKind.TASKLET_KILL_IN_INTERRUPT));
    }

    @Test
    void aTaskletThatWasInitialisedWhileQueuedDoesNotRunAndIsReported() {
        var tasklet = new Tasklet(cpu -> log.add("run"), 3, 0);
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    schedule(tasklet, cpu);
                    tasklet.init();
                });
        var diag = m.machine().smp().log();
        Threads.await("report", () -> !diag.reports(ReportKind.TASKLET_NOT_SCHEDULED).isEmpty());
        var reports = diag.reports(ReportKind.TASKLET_NOT_SCHEDULED);
        assertEquals("tasklet=3", reports.getFirst().what());
        Threads.await("over", () -> !tasklet.running());
        await();
    }

    @Test
    void taskletsOfACpuThatGoesRunOnAnotherInTheirOrder() {
        var a = new Tasklet(cpu -> log.add("a on " + cpu.id()), 1, 0);
        var b = new Tasklet(cpu -> log.add("b on " + cpu.id()), 2, 0);
        var high = new Tasklet(cpu -> log.add("high on " + cpu.id()), 3, 0);
        driver(
                1,
                self -> {
                    KernelCpu cpu = self.cpu();
                    cpu.bhDisable();
                    schedule(a, cpu);
                    schedule(b, cpu);
                    m.machine().highTasklets(1).schedule(high);
                    log.add("scheduled");
                    // As a CPU that goes: it takes part in nothing until the other has taken over.
                    boolean irqs = cpu.hw().irqSave();
                    while (!mayEnd) {
                        Thread.yield();
                    }
                    cpu.hw().irqRestore(irqs);
                    cpu.bhEnable();
                });
        m.start();
        await("scheduled");
        m.inInterrupt(0, cpu -> m.machine().takeOverSoftirqs(1, cpu));
        mayEnd = true;
        await("scheduled", "high on 0", "a on 0", "b on 0");
    }
}
