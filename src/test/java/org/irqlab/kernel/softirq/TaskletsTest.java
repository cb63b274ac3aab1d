package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TaskletsTest {
    private static final int SCHEDULES_PER_CPU = 3_000;

    private final SoftirqRig rig = new SoftirqRig(2);

    @AfterEach
    void close() {
        rig.close();
    }

    private Tasklet noting(String name) {
        return new Tasklet(cpu -> rig.note(name), 0, 0);
    }

    private boolean schedule(KernelCpu cpu, Tasklet tasklet) {
        return rig.m.machine().tasklets(cpu.id()).schedule(tasklet);
    }

    @Test
    void runsInSoftirqContextOnTheCpuThatScheduledIt() {
        var tasklet = new Tasklet(cpu -> rig.note(cpu.id() + " " + SoftirqRig.context(cpu)), 0, 0);
        rig.m.start();
        rig.m.inInterrupt(1, cpu -> assertTrue(schedule(cpu, tasklet)));
        rig.awaitLog("1 softirq on cpu/1");
        rig.m.inInterrupt(0, cpu -> assertTrue(schedule(cpu, tasklet)));
        rig.awaitLog("1 softirq on cpu/1", "0 softirq on cpu/0");
    }

    @Test
    void runsOnceThoughItWasScheduledTwice() {
        var tasklet = noting("tasklet");
        rig.m.start();
        rig.m.inInterrupt(
                0,
                cpu -> {
                    assertTrue(schedule(cpu, tasklet));
                    assertFalse(schedule(cpu, tasklet));
                    assertTrue(tasklet.scheduled());
                    assertFalse(tasklet.running());
                });
        rig.awaitLog("tasklet");
        rig.m.inInterrupt(0, cpu -> rig.note("later"));
        rig.awaitLog("tasklet", "later");
        Tasklets list = rig.m.machine().tasklets(0);
        assertEquals(1, list.scheduled());
        assertEquals(1, list.coalesced());
        assertEquals(1, list.ran());
    }

    @Test
    void runsOnceMoreWhenScheduledWhileItRuns() {
        var runs = new AtomicInteger();
        var self = new Tasklet[1];
        self[0] =
                new Tasklet(
                        cpu -> {
                            rig.note("run");
                            assertFalse(self[0].scheduled(), "cleared before the function");
                            assertTrue(self[0].running());
                            if (runs.incrementAndGet() == 1) {
                                assertTrue(schedule(cpu, self[0]));
                                assertFalse(schedule(cpu, self[0]));
                            }
                        },
                        0,
                        0);
        var other = noting("other");
        rig.m.start();
        rig.m.inInterrupt(
                0,
                cpu -> {
                    schedule(cpu, self[0]);
                    schedule(cpu, other);
                });
        rig.awaitLog("run", "other", "run");
        rig.m.inInterrupt(0, cpu -> assertFalse(self[0].scheduled() || self[0].running()));
    }

    @Test
    void runsTaskletsInTheOrderOfTheirSchedules() {
        var tasklets = new ArrayList<Tasklet>();
        for (String name : new String[] {"a", "b", "c"}) {
            tasklets.add(noting(name));
        }
        rig.m.start();
        rig.m.inInterrupt(0, cpu -> tasklets.reversed().forEach(t -> schedule(cpu, t)));
        rig.awaitLog("c", "b", "a");
    }

    @Test
    void runsHighPriorityOnesFirst() {
        var normal = noting("normal");
        var high = noting("high");
        rig.on(SoftirqVector.NET_RX);
        rig.m.start();
        rig.m.inInterrupt(
                0,
                cpu -> {
                    schedule(cpu, normal);
                    rig.raiseIrqsOff(SoftirqVector.NET_RX);
                    rig.m.machine().highTasklets(0).schedule(high);
                });
        rig.awaitLog("high", "NET_RX", "normal");
    }

    @Test
    void leavesTheScheduleOfATaskToKsoftirqd() {
        var tasklet = new Tasklet(cpu -> rig.note(SoftirqRig.context(cpu)), 0, 0);
        rig.m.kernelThread(0, "driver", TaskPolicy.FIFO_50, self -> schedule(self.cpu(), tasklet));
        rig.m.start();
        rig.awaitLog("softirq on ksoftirqd/0");
    }

    @Test
    void keepsADisabledTaskletUntilTheLastEnable() {
        var tasklet = noting("tasklet");
        tasklet.disableNoSync();
        tasklet.disableNoSync();
        rig.m.start();
        rig.m.inInterrupt(0, cpu -> assertTrue(schedule(cpu, tasklet)));
        rig.m.inInterrupt(0, cpu -> rig.note("two"));
        tasklet.enable();
        rig.m.inInterrupt(0, cpu -> rig.note("one"));
        // It raises its softirq for ever; only ksoftirqd still follows.
        Threads.await("handed over", () -> rig.softirqs().handedOver() > 0);
        Threads.await("ksoftirqd runs", () -> !rig.softirqs().ksoftirqd().asleep());
        tasklet.enable();
        rig.awaitLog("two", "one", "tasklet");
        Threads.await("ksoftirqd sleeps", () -> rig.softirqs().ksoftirqd().asleep());
        assertFalse(tasklet.scheduled());
    }

    @Test
    void reportsADisabledTaskletThatComesBackPassAfterPass() {
        var tasklet = noting("tasklet");
        tasklet.disableNoSync();
        rig.m.start();
        rig.m.inInterrupt(0, cpu -> schedule(cpu, tasklet));
        var log = rig.m.machine().smp().log();
        Threads.await("the report", () -> !log.reports(ReportKind.TASKLET_DISABLED_SPIN).isEmpty());
        long spins = rig.m.machine().tasklets(0).disabledSpins();
        assertTrue(spins >= Tasklets.MANY_SPINS, "reported after " + spins);
        tasklet.enable();
        rig.awaitLog("tasklet");
        assertEquals(1, log.count(ReportKind.TASKLET_DISABLED_SPIN));
    }

    @Test
    void letsARunGoOnThatDisablesItsTasklet() {
        var self = new Tasklet[1];
        self[0] =
                new Tasklet(
                        cpu -> {
                            self[0].disableNoSync();
                            rig.note("run");
                            self[0].enable();
                        },
                        0,
                        0);
        rig.m.start();
        rig.m.inInterrupt(0, cpu -> schedule(cpu, self[0]));
        rig.awaitLog("run");
    }

    @Test
    void neverRunsOnTwoCpusAtOnceAndOncePerSchedule() {
        var inside = new AtomicInteger();
        var overlaps = new AtomicInteger();
        var runs = new AtomicInteger();
        var written = new AtomicLong[] {new AtomicLong(), new AtomicLong()};
        long[] seen = new long[2];
        var tasklet =
                new Tasklet(
                        cpu -> {
                            if (inside.getAndIncrement() > 0) {
                                overlaps.incrementAndGet();
                            }
                            seen[0] = written[0].getPlain();
                            seen[1] = written[1].getPlain();
                            cpu.burn(2_000);
                            runs.incrementAndGet();
                            inside.decrementAndGet();
                        },
                        0,
                        0);
        driveFromBothCpus(tasklet, written);
        Threads.await("quiet", () -> !tasklet.scheduled() && !tasklet.running());
        rig.close();
        assertEquals(0, overlaps.get());
        assertArrayEquals(new long[] {SCHEDULES_PER_CPU, SCHEDULES_PER_CPU}, seen);
        Tasklets first = rig.m.machine().tasklets(0);
        Tasklets second = rig.m.machine().tasklets(1);
        long scheduled = first.scheduled() + second.scheduled();
        assertEquals(scheduled, runs.get());
        assertEquals(2 * SCHEDULES_PER_CPU, scheduled + first.coalesced() + second.coalesced());
    }

    private void driveFromBothCpus(Tasklet tasklet, AtomicLong[] written) {
        var finished = new AtomicInteger();
        for (int id = 0; id < 2; id++) {
            int me = id;
            rig.m.kernelThread(
                    id,
                    "driver/" + id,
                    TaskPolicy.NORMAL,
                    self -> {
                        scheduleOften(self, tasklet, written[me]);
                        finished.incrementAndGet();
                    });
        }
        rig.m.start();
        Threads.await("drivers end", () -> finished.get() == 2);
    }

    private void scheduleOften(Task self, Tasklet tasklet, AtomicLong written) {
        for (int i = 0; i < SCHEDULES_PER_CPU; i++) {
            written.setPlain(i + 1L);
            self.cpu().bhDisable();
            schedule(self.cpu(), tasklet);
            self.cpu().bhEnable();
            self.cpu().burn(i % 5 * 700);
        }
    }
}
