package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkqueuesTest {
    @Test
    void startsAnItemWheneverTheRunningOneSleeps() throws InterruptedException {
        var m = new WorkMachine(1, 4);
        try (m) {
            startTimeline(m, 0);
            m.awaitLogged("w2 sleeps");
            releaseAll(m, "w0", "w1", "w2");
        }
        assertEquals(
                List.of(
                        "w0 starts",
                        "w0 sleeps",
                        "w1 starts",
                        "w1 sleeps",
                        "w2 starts",
                        "w2 sleeps",
                        "w0 wakes",
                        "w0 ends",
                        "w1 wakes",
                        "w1 ends",
                        "w2 wakes",
                        "w2 ends"),
                m.log());
    }

    @Test
    void startsTheThirdItemAfterOneHasEndedUnderMaxActiveTwo() throws InterruptedException {
        var m = new WorkMachine(1, 4);
        try (m) {
            startTimeline(m, 2);
            m.awaitLogged("w1 sleeps");
            releaseAll(m, "w1", "w0", "w2");
        }
        assertEquals(
                List.of(
                        "w0 starts",
                        "w0 sleeps",
                        "w1 starts",
                        "w1 sleeps",
                        "w1 wakes",
                        "w1 ends",
                        "w2 starts",
                        "w2 sleeps",
                        "w0 wakes",
                        "w0 ends",
                        "w2 wakes",
                        "w2 ends"),
                withoutRace(m.log()));
    }

    /** Releasing w0 and the start of w2 race: only w2's own order counts. */
    private static List<String> withoutRace(List<String> log) {
        var fixed = new ArrayList<>(log);
        fixed.removeAll(List.of("w0 wakes", "w0 ends"));
        fixed.addAll(8, List.of("w0 wakes", "w0 ends"));
        return fixed;
    }

    @Test
    void serialisesEverythingUnderMaxActiveOne() throws InterruptedException {
        serialised(4, 1);
    }

    @Test
    void letsWorkWaitAndCountsItWhenAPoolHasOneWorkerOnly() throws InterruptedException {
        assertTrue(serialised(1, 0).workerShortage() > 0);
    }

    private static WorkCounts serialised(int workers, int maxActive) throws InterruptedException {
        var m = new WorkMachine(1, workers);
        try (m) {
            startTimeline(m, maxActive);
            m.awaitLogged("w0 sleeps");
            releaseAll(m, "w2", "w1", "w0");
        }
        assertEquals(
                List.of(
                        "w0 starts",
                        "w0 sleeps",
                        "w0 wakes",
                        "w0 ends",
                        "w1 starts",
                        "w1 sleeps",
                        "w1 wakes",
                        "w1 ends",
                        "w2 starts",
                        "w2 sleeps",
                        "w2 wakes",
                        "w2 ends"),
                m.log());
        return m.workqueues.counts();
    }

    /** The documented scenario: w0 burns, sleeps and burns, w1 and w2 burn and sleep. */
    private static void startTimeline(WorkMachine m, int maxActive) throws InterruptedException {
        var queue = m.workqueues.create("q", WorkqueueFlags.PER_CPU, maxActive);
        m.start();
        long unit = WorkMachine.MS / 2;
        m.queueTogether(
                queue, m.held("w0", unit, unit), m.held("w1", unit, 0), m.held("w2", unit, 0));
    }

    private static void releaseAll(WorkMachine m, String... names) throws InterruptedException {
        for (String name : names) {
            m.release(name);
        }
        m.awaitQuiet();
    }

    @Test
    void startsNoSecondWorkerWhileAnItemBurns() throws InterruptedException {
        try (var m = new WorkMachine(1, 4)) {
            m.start();
            m.queueTogether(m.workqueues.system(), m.burning("a", 2), m.burning("b", 2));
            m.awaitQuiet();
            assertEquals(List.of("a starts", "a ends", "b starts", "b ends"), m.log());
        }
    }

    @Test
    void takesACpuIntensiveItemOutOfTheCount() throws InterruptedException {
        try (var m = new WorkMachine(1, 4)) {
            var queue = m.workqueues.create("q", WorkqueueFlags.CPU_INTENSIVE, 0);
            m.start();
            var counted = new AtomicInteger();
            var hog =
                    m.item(
                            "hog",
                            (cpu, item) -> {
                                counted.set(m.workqueues.pool(0).running());
                                cpu.burn(WorkMachine.MS);
                            });
            m.queueTogether(queue, hog, m.item("other"));
            m.awaitQuiet();
            assertEquals(0, counted.get());
        }
    }

    @Test
    void runsHighPriorityWorkOnAWorkerOfItsOwn() throws InterruptedException {
        try (var m = new WorkMachine(1, 2)) {
            m.start();
            var names = new ArrayList<String>();
            WorkFunction noteWorker = (cpu, item) -> names.add(cpu.current().name());
            m.queueTogether(m.workqueues.systemHighPriority(), m.item("high", noteWorker));
            m.awaitQuiet();
            m.queueTogether(m.workqueues.system(), m.item("normal", noteWorker));
            m.awaitQuiet();
            m.queueTogether(m.workqueues.systemUnbound(), m.item("unbound", noteWorker));
            m.awaitQuiet();
            assertEquals(List.of("kworker/0:1H", "kworker/0:1", "kworker/u4:1"), names);
        }
    }

    @Test
    void runsOneMoreTimeWhenQueuedFromItsOwnFunction() throws InterruptedException {
        try (var m = new WorkMachine(1, 2)) {
            m.start();
            var runs = new AtomicInteger();
            var again =
                    m.item(
                            "again",
                            (cpu, item) -> {
                                assertFalse(item.pending(), "cleared before the function");
                                if (runs.incrementAndGet() == 1) {
                                    var queue = m.workqueues.system();
                                    assertTrue(m.workqueues.queueWork(cpu, queue, item));
                                    assertFalse(m.workqueues.queueWork(cpu, queue, item));
                                }
                            });
            m.queueTogether(m.workqueues.system(), again);
            m.awaitQuiet();
            assertEquals(2, runs.get());
            assertEquals(
                    List.of("again starts", "again ends", "again starts", "again ends"), m.log());
            assertEquals(1, m.workqueues.counts().coalesced());
        }
    }

    @Test
    void serialisesAnItemThatIsQueuedAgainWhileItSleeps() throws InterruptedException {
        try (var m = new WorkMachine(1, 4)) {
            m.start();
            var item = m.held("w", 0, 0);
            m.queueTogether(m.workqueues.system(), item);
            m.awaitLogged("w sleeps");
            m.queueTogether(m.workqueues.system(), item);
            m.release("w");
            m.awaitTrue("second run", () -> m.log().size() == 6);
            m.release("w");
            m.awaitQuiet();
            assertEquals(
                    List.of(
                            "w starts",
                            "w sleeps",
                            "w wakes",
                            "w ends",
                            "w starts",
                            "w sleeps",
                            "w wakes",
                            "w ends"),
                    m.log());
        }
    }

    @Test
    void queuesAnItemWhereItRunsEvenIfAnotherCpuIsAskedFor() throws InterruptedException {
        try (var m = new WorkMachine(2, 4)) {
            m.start();
            var ranOn = new ArrayList<Integer>();
            var item =
                    m.item(
                            "w",
                            (cpu, self) -> {
                                ranOn.add(cpu.id());
                                m.note("w sleeps");
                                m.machine.sleep(cpu.current(), 10 * WorkMachine.MS);
                            });
            m.queueTogether(m.workqueues.system(), item);
            m.awaitLogged("w sleeps");
            m.machine.inInterrupt(
                    0,
                    cpu -> assertTrue(m.workqueues.queueOn(cpu, 1, m.workqueues.system(), item)));
            m.awaitQuiet();
            assertEquals(List.of(0, 0), ranOn);
            m.machine.inInterrupt(
                    0, cpu -> m.workqueues.queueOn(cpu, 1, m.workqueues.system(), item));
            m.awaitQuiet();
            assertEquals(List.of(0, 0, 1), ranOn);
        }
    }

    @Test
    void runsAnOrderedQueueOneByOneInOrder() throws InterruptedException {
        try (var m = new WorkMachine(2, 4)) {
            var queue = m.workqueues.create("ordered", WorkqueueFlags.ORDERED, 16);
            assertEquals(1, queue.maxActive());
            m.start();
            m.queueTogether(queue, m.held("a", 0, 0), m.burning("b", 1), m.held("c", 0, 0));
            m.awaitLogged("a sleeps");
            releaseAll(m, "c", "a");
            assertEquals(
                    List.of(
                            "a starts",
                            "a sleeps",
                            "a wakes",
                            "a ends",
                            "b starts",
                            "b ends",
                            "c starts",
                            "c sleeps",
                            "c wakes",
                            "c ends"),
                    m.log());
        }
    }

    @Test
    void clampsMaxActive() throws InterruptedException {
        try (var m = new WorkMachine(1, 1)) {
            var flags = WorkqueueFlags.PER_CPU;
            assertEquals(256, m.workqueues.create("a", flags, 0).maxActive());
            assertEquals(1, m.workqueues.create("b", flags, -5).maxActive());
            assertEquals(512, m.workqueues.create("c", flags, 513).maxActive());
            assertTrue(m.workqueues.create("c", flags, 513).maxActiveClamped());
            assertFalse(m.workqueues.create("d", flags, 512).maxActiveClamped());
            m.start();
        }
    }
}
