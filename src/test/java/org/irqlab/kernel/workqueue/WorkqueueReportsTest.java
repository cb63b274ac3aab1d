package org.irqlab.kernel.workqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.Report;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.SchedulerSettings;
import org.irqlab.kernel.workqueue.setup.WorkerSettings;
import org.irqlab.kernel.workqueue.setup.WorkerSupply;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlag;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import org.irqlab.kernel.workqueue.setup.WorkqueueTimes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What the workqueues complain of. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkqueueReportsTest {
    private static final long MS = WorkMachine.MS;
    private static final long TICK_NS = SchedulerSettings.linux618().tickNs();

    private static WorkMachine ticking(int cpus, WorkqueueTimes times) {
        var workers = new WorkerSettings(4, WorkerSupply.FIXED, times);
        var m = new WorkMachine(MachineSpec.unpinned(cpus).withWorkers(workers));
        for (int cpu = 0; cpu < cpus; cpu++) {
            m.machine.machine().timer(cpu).armPeriodic(HostClock.nowNs(), TICK_NS);
        }
        return m;
    }

    private static KernelLog log(WorkMachine m) {
        return m.machine.machine().smp().log();
    }

    /** Counted is not kept yet. */
    private static void awaitReport(WorkMachine m, ReportKind kind) throws InterruptedException {
        m.awaitTrue("report", () -> !log(m).reports(kind).isEmpty());
    }

    private static String text(WorkMachine m, ReportKind kind) {
        return log(m).reports(kind).getFirst().text();
    }

    @Test
    void reportsAFunctionThatReturnsWithPreemptionOff() throws InterruptedException {
        try (var m = new WorkMachine(1, 2).start()) {
            m.queueTogether(
                    m.workqueues.system(), new WorkItem((cpu, s) -> cpu.preemptDisable(), 7, 0));
            m.awaitQuiet();
            m.queueTogether(m.workqueues.system(), m.item("next"));
            m.awaitLogged("next ends");
            assertEquals(1, m.workqueues.counts().leakedAtomic());
            assertTrue(text(m, ReportKind.PREEMPT_LEAK).contains("work item 7 of events"));
        }
    }

    @Test
    void reportsWorkThatWaitsForItself() throws InterruptedException {
        try (var m = new WorkMachine(1, 2).start()) {
            var queue = m.workqueues.system();
            var self = new WorkItem((cpu, s) -> m.workqueues.flush(cpu.current(), s), 7, 0);
            m.queueTogether(queue, self);
            awaitReport(m, ReportKind.WORKQUEUE_FLUSH_DEPENDENCY);
            assertTrue(
                    text(m, ReportKind.WORKQUEUE_FLUSH_DEPENDENCY)
                            .contains("work 7 waits for itself"));
            m.awaitIdle();
            assertEquals(1, m.workqueues.counts().outstanding(), "B-11: it never ends");
        }
    }

    @Test
    void reportsReclaimWorkThatWaitsForOtherWork() throws InterruptedException {
        try (var m = new WorkMachine(1, 4)) {
            var reclaim = m.workqueues.create("reclaim", WorkqueueFlags.MEM_RECLAIM, 0);
            var control = m.workqueues.control();
            m.start();
            m.queueTogether(
                    reclaim,
                    m.item("r", (cpu, s) -> control.flush(cpu.current(), m.workqueues.system())));
            m.awaitLogged("r ends");
            assertEquals(1, log(m).count(ReportKind.WORKQUEUE_FLUSH_DEPENDENCY));
            m.queueTogether(
                    m.workqueues.system(),
                    m.item("s", (cpu, s) -> control.flush(cpu.current(), reclaim)));
            m.awaitLogged("s ends");
            assertEquals(1, log(m).count(ReportKind.WORKQUEUE_FLUSH_DEPENDENCY));
        }
    }

    @Test
    void reportsAnItemThatIsMadeAnewWhileItIsQueued() throws InterruptedException {
        var m = new WorkMachine(2, 1);
        var blocker = m.held("blocker", 0, 0);
        var item = m.item("w");
        var done =
                m.task(
                        1,
                        self -> {
                            var works = m.workqueues;
                            works.queueOn(self.cpu(), 0, works.system(), blocker);
                            works.queueOn(self.cpu(), 0, works.system(), item);
                            assertTrue(works.initialise(self, item), "B-39");
                            assertFalse(item.pending());
                            assertFalse(works.initialise(self, item));
                        });
        try (m) {
            m.start();
            m.await(done);
            m.release("blocker");
            m.awaitQuiet();
            assertEquals(1, log(m).count(ReportKind.OBJECT_STATE));
            assertFalse(m.log().contains("w starts"));
        }
    }

    @Test
    void letsOthersRunBesideAHogAndReportsTheFourth() throws InterruptedException {
        var times = WorkqueueTimes.linux(TICK_NS);
        try (var m = ticking(1, times).start()) {
            var overtaken = new AtomicInteger();
            for (int i = 0; i < 4; i++) {
                var other = new boolean[1];
                var hog =
                        new WorkItem(
                                (cpu, s) -> {
                                    for (int step = 0; step < 60 && !other[0]; step++) {
                                        cpu.burn(MS);
                                        cpu.scheduler().reschedulePoint();
                                    }
                                    overtaken.addAndGet(other[0] ? 1 : 0);
                                },
                                7,
                                77);
                var next = new WorkItem((cpu, s) -> other[0] = true, 8, 78);
                m.queueTogether(m.workqueues.system(), hog, next);
                m.awaitQuiet();
                assertEquals(i == 3 ? 1 : 0, log(m).count(ReportKind.WORKQUEUE_CPU_HOG));
            }
            assertEquals(4, overtaken.get(), "B-13: the other did not wait for the end");
            assertEquals(4, m.workqueues.counts().hogs());
            assertTrue(text(m, ReportKind.WORKQUEUE_CPU_HOG).contains("work 7"));
        }
    }

    @Test
    void reportsAPoolThatMakesNoProgress() throws InterruptedException {
        var times = WorkqueueTimes.linux(TICK_NS).withTimeFactor(0.002).withHogNs(0);
        var m = ticking(2, times);
        try (m) {
            var queue = m.workqueues.create("q", WorkqueueFlags.PER_CPU, 0);
            m.start();
            // Four workers, all asleep in items: the fifth item waits.
            var names = List.of("a", "b", "c", "d", "e");
            m.queueTogether(
                    queue, names.stream().map(n -> m.held(n, 0, 0)).toArray(WorkItem[]::new));
            awaitReport(m, ReportKind.WORKQUEUE_LOCKUP);
            String text = text(m, ReportKind.WORKQUEUE_LOCKUP);
            assertTrue(text.contains("pool 0 cpus=0"), text);
            assertTrue(text.contains("pending: work 4 of q"), text);
            assertTrue(text.contains("sleeps in work 0"), text);
            m.release("a");
            m.awaitLogged("e sleeps");
            names.forEach(m::release);
        }
    }

    @Test
    void reportsAQueueWhoseActiveItemsDoNotEndWhileOthersWait() throws InterruptedException {
        var times = WorkqueueTimes.linux(TICK_NS).withTimeFactor(0.002).withHogNs(0);
        for (var flags : List.of(WorkqueueFlags.PER_CPU, WorkqueueFlags.UNBOUND)) {
            var m = ticking(2, times);
            try (m) {
                var queue = m.workqueues.create("q", flags, 1);
                m.start();
                m.queueTogether(queue, m.held("a", 0, 0), m.item("b"));
                awaitReport(m, ReportKind.WORKQUEUE_LOCKUP);
                String text = text(m, ReportKind.WORKQUEUE_LOCKUP);
                assertTrue(text.contains("q on pool"), text);
                assertTrue(text.contains("none of 1 active works ends"), text);
                assertTrue(text.contains("pending: work 1 of q"), text);
                assertTrue(text.contains("sleeps in work 0"), text);
                m.release("a");
                m.awaitLogged("b ends");
            }
        }
    }

    @Test
    void hasNothingAgainstItemsThatWaitInAFrozenQueue() throws InterruptedException {
        var times = WorkqueueTimes.linux(TICK_NS).withTimeFactor(0.002).withHogNs(0);
        var m = ticking(1, times);
        try (m) {
            var queue = m.workqueues.create("q", WorkqueueFlags.of(WorkqueueFlag.FREEZABLE), 1);
            var full = m.workqueues.create("full", WorkqueueFlags.PER_CPU, 1);
            m.start();
            m.machine.inInterrupt(0, cpu -> m.workqueues.control().freeze(cpu));
            m.queueTogether(queue, m.item("frozen"), m.item("frozen too"));
            // The same looks find the other queue, which is as full and not frozen.
            m.queueTogether(full, m.held("a", 0, 0), m.item("b"));
            awaitReport(m, ReportKind.WORKQUEUE_LOCKUP);
            for (Report report : log(m).reports(ReportKind.WORKQUEUE_LOCKUP)) {
                assertTrue(report.text().contains("full on pool"), report.text());
            }
            m.release("a");
            m.machine.inInterrupt(0, cpu -> m.workqueues.control().thaw(cpu));
            m.awaitQuiet();
        }
    }

    /** The looks, one by one: an item that ends in between is progress, whoever waits. */
    @Test
    void callsAQueueFullWhenNothingHasEndedBetweenTwoLooks() {
        try (var m = new WorkMachine(1, 2)) {
            var queue = m.workqueues.create("q", WorkqueueFlags.PER_CPU, 1);
            var link = queue.on(0);
            assertFalse(link.fullSinceLastLook(0));
            assertFalse(link.fullSinceLastLook(0), "nobody waits");
            link.inactive.append(m.item("waits"));
            assertFalse(link.fullSinceLastLook(3), "the first look that finds one");
            assertFalse(link.fullSinceLastLook(4), "one has ended");
            assertTrue(link.fullSinceLastLook(4));
        }
    }

    @Test
    void runsTheWorkOfACpuThatIsOffElsewhere() throws InterruptedException {
        try (var m = new WorkMachine(2, 4).start()) {
            var ranOn = Collections.synchronizedList(new ArrayList<Integer>());
            var item = new WorkItem((cpu, s) -> ranOn.add(cpu.id()), 1, 0);
            var asleep = m.held("asleep", 0, 0);
            m.machine.inInterrupt(
                    0, cpu -> m.workqueues.queueOn(cpu, 1, m.workqueues.system(), asleep));
            m.awaitLogged("asleep sleeps");
            m.machine.inInterrupt(
                    0,
                    cpu -> {
                        m.workqueues.setOnline(1, false, cpu);
                        m.workqueues.queueOn(cpu, 1, m.workqueues.system(), item);
                    });
            m.awaitTrue("ran", () -> ranOn.size() == 1);
            assertEquals(List.of(0), ranOn, "B-40");
            assertTrue(m.workqueues.pool(4).disassociated());
            m.release("asleep");
            m.awaitQuiet();
            assertTrue(m.workqueues.counts().ranElsewhere() >= 1);
            m.machine.inInterrupt(
                    0,
                    cpu -> {
                        m.workqueues.setOnline(1, true, cpu);
                        m.workqueues.queueOn(cpu, 1, m.workqueues.system(), item);
                    });
            m.awaitTrue("ran", () -> ranOn.size() == 2);
            m.awaitQuiet();
            assertEquals(List.of(0, 1), ranOn);
            m.awaitTrue("all idle", () -> m.workqueues.pool(4).running() == 0);
        }
    }

    @Test
    void doesNotCountAWorkerThatFellAsleepWhileItsCpuWasOff() throws InterruptedException {
        try (var m = new WorkMachine(2, 4).start()) {
            var queue = m.workqueues.system();
            var asleep = m.held("asleep", 0, 0);
            m.machine.inInterrupt(
                    0,
                    cpu -> {
                        m.workqueues.setOnline(1, false, cpu);
                        m.workqueues.queueOn(cpu, 1, queue, asleep);
                    });
            m.awaitLogged("asleep sleeps");
            var next = m.item("next");
            m.machine.inInterrupt(
                    0,
                    cpu -> {
                        m.workqueues.setOnline(1, true, cpu);
                        m.workqueues.queueOn(cpu, 1, queue, next);
                    });
            m.awaitLogged("next ends");
            m.release("asleep");
            m.awaitQuiet();
        }
    }

    @Test
    void givesThePoolBackBeforeItSaysWhatIsBroken() throws InterruptedException {
        var m = new WorkMachine(2, 2);
        m.start();
        var pool = m.workqueues.pool(0);
        try {
            m.machine.inInterrupt(
                    0,
                    cpu -> {
                        pool.lock(cpu);
                        pool.countRunning(5);
                        pool.kick(cpu);
                        String thrown = "";
                        try {
                            pool.unlock(cpu);
                        } catch (IllegalStateException e) {
                            thrown = e.getMessage();
                        }
                        assertTrue(thrown.contains("I-55"), thrown);
                        assertTrue(pool.tryLock(cpu), "nobody waits for ever");
                        pool.countRunning(-5);
                        pool.unlock(cpu);
                    });
        } finally {
            m.close();
        }
    }
}
