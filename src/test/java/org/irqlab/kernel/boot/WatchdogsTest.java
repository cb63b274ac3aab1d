package org.irqlab.kernel.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.Report;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.CpuTimes;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.watch.WatchdogTimes;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** What the watchdogs report, and what they let pass. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WatchdogsTest {
    // Soft lockups after 200 ms, hard ones after 100 ms.
    private static final WatchdogTimes TIMES = new WatchdogTimes(100_000_000, 200_000_000);
    private static final long STEP_NS = 20_000;

    private final Threads threads = Threads.now();

    private static List<Report> run(TaskPolicy policy, ReportKind kind, Consumer<Task> body) {
        try (var m = new TestMachine(2)) {
            var dogs = Watchdogs.of(m.machine(), TIMES);
            m.kernelThread(1, "suspect", policy, body);
            m.start();
            await(() -> m.machine().smp().log().count(kind) > 0);
            dogs.close();
            return m.machine().smp().log().reports();
        }
    }

    private static void await(BooleanSupplier condition) {
        long endNs = HostClock.nowNs() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean() && HostClock.nowNs() < endNs) {
            Thread.yield();
        }
        assertTrue(condition.getAsBoolean(), "nothing was reported");
    }

    private static void spin(KernelCpu cpu, BooleanSupplier until) {
        while (!until.getAsBoolean() && !cpu.smp().stopping()) {
            cpu.burn(STEP_NS);
        }
    }

    private static void assertAbout(Report report, ReportKind kind, String what) {
        assertEquals(kind, report.kind());
        assertTrue(report.text().contains("CPU#1"), report.text());
        assertTrue(report.text().contains(what), report.text());
    }

    @Test
    void kernelCodeThatDoesNotScheduleIsASoftLockup() {
        var reports =
                run(
                        TaskPolicy.fifo(99),
                        ReportKind.SOFT_LOCKUP,
                        self -> spin(self.cpu(), () -> false));
        assertAbout(reports.getFirst(), ReportKind.SOFT_LOCKUP, "[suspect:");
        assertTrue(reports.getFirst().text().contains("WatchdogsTest.spin"), "the stack");
        threads.assertNoneLeft();
    }

    @Test
    void interruptsOffForTooLongAreAHardLockup() {
        var reports =
                run(
                        TaskPolicy.NORMAL,
                        ReportKind.HARD_LOCKUP,
                        self -> {
                            self.cpu().hw().irqDisable();
                            spin(self.cpu(), () -> false);
                            self.cpu().hw().irqEnable();
                        });
        assertAbout(reports.getFirst(), ReportKind.HARD_LOCKUP, "irqs_disabled(): 1");
        assertTrue(reports.getFirst().text().contains("WatchdogsTest.spin"), "the stack");
        threads.assertNoneLeft();
    }

    @Test
    void aCpuThatDoesNotTakeNmisEitherIsDescribedFromOutside() {
        var over = new CountDownLatch(1);
        try (var m = new TestMachine(2)) {
            var dogs = Watchdogs.of(m.machine(), TIMES);
            m.kernelThread(1, "suspect", TaskPolicy.NORMAL, self -> stuckOnTheHost(over));
            m.start();
            var log = m.machine().smp().log();
            await(() -> log.count(ReportKind.HARD_LOCKUP) > 0);
            over.countDown();
            dogs.close();
            Report report = log.reports(ReportKind.HARD_LOCKUP).getFirst();
            assertAbout(report, ReportKind.HARD_LOCKUP, "as seen from outside");
            assertTrue(report.text().contains("WatchdogsTest.stuckOnTheHost"), report.text());
        }
        threads.assertNoneLeft();
    }

    private static void stuckOnTheHost(CountDownLatch over) {
        try {
            over.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aTaskThatNobodyWakesIsHungOnce() throws InterruptedException {
        try (var m = new TestMachine(2)) {
            var dogs = Watchdogs.of(m.machine(), TIMES);
            var rested = new CountDownLatch(1);
            m.userTask(1, "hung", self -> sleep(self, 'D'));
            m.userTask(1, "patient", self -> sleep(self, 'S'));
            m.userTask(
                    0,
                    "clock",
                    self -> {
                        m.sleep(self, 6 * TIMES.hungTaskNs());
                        rested.countDown();
                    });
            m.start();
            var log = m.machine().smp().log();
            await(() -> log.count(ReportKind.HUNG_TASK) > 0);
            rested.await();
            dogs.close();
            assertEquals(1, log.count(ReportKind.HUNG_TASK));
            Report report = log.reports(ReportKind.HUNG_TASK).getFirst();
            assertTrue(report.what().startsWith("task hung:"), report.what());
            assertTrue(report.text().contains("WatchdogsTest.sleep"), report.text());
        }
        threads.assertNoneLeft();
    }

    private static void sleep(Task self, char letter) {
        self.prepareToSleep(letter);
        self.cpu().scheduler().schedule();
    }

    @Test
    void aBusyMachineThatSchedulesIsLeftAlone() throws InterruptedException {
        try (var m = new TestMachine(2)) {
            var dogs = Watchdogs.of(m.machine(), TIMES);
            var done = new CountDownLatch(2);
            long endNs = HostClock.nowNs() + 5 * TIMES.softLockupNs();
            for (int cpu = 0; cpu < 2; cpu++) {
                m.userTask(
                        cpu,
                        "user",
                        self -> {
                            spin(self.cpu(), () -> HostClock.nowNs() > endNs);
                            done.countDown();
                        });
            }
            m.start();
            done.await();
            dogs.close();
            assertEquals(List.of(), m.machine().smp().log().reports());
        }
        threads.assertNoneLeft();
    }

    @Test
    void timesAddUpToTheWall() throws InterruptedException {
        try (var m = new TestMachine(1)) {
            long began = HostClock.nowNs();
            var times = new CpuTimes();
            m.cpu(0).account(times);
            var done = new CountDownLatch(1);
            m.userTask(
                    0,
                    "user",
                    self -> {
                        self.cpu().burn(20_000_000);
                        m.sleep(self, 10_000_000);
                        done.countDown();
                    });
            m.start();
            done.await();
            m.inInterrupt(0, cpu -> cpu.burn(5_000_000));
            m.inInterrupt(0, cpu -> assertAddUp(times, HostClock.nowNs() - began));
        }
        threads.assertNoneLeft();
    }

    private static void assertAddUp(CpuTimes times, long wallNs) {
        assertTrue(times.ns(CpuTimes.Kind.TASK) >= 20_000_000, "task");
        assertTrue(times.ns(CpuTimes.Kind.HARDIRQ) >= 5_000_000, "hardirq");
        assertTrue(times.ns(CpuTimes.Kind.IDLE) >= 5_000_000, "idle");
        // What passed since the last change of context is not counted yet.
        assertTrue(times.totalNs() <= wallNs, "no more than the wall");
        assertTrue(times.totalNs() >= wallNs - 20_000_000, "and no less");
    }
}
