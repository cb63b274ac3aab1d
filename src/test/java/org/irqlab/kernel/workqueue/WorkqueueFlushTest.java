package org.irqlab.kernel.workqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Flush, drain and end of whole queues. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkqueueFlushTest {
    @Test
    void waitsForWhatWasQueuedAndNotForWhatComesLater() throws InterruptedException {
        var m = new WorkMachine(2, 4);
        var queue = m.workqueues.create("q", WorkqueueFlags.PER_CPU, 0);
        var before = m.held("before", 0, 0);
        var after = m.held("after", 0, 0);
        var flushed =
                m.task(
                        1,
                        self -> {
                            m.workqueues.queueOn(self.cpu(), 0, queue, before);
                            m.note("flush begins");
                            m.workqueues.control().flush(self, queue);
                            m.note("flushed");
                        });
        try (m) {
            m.start();
            m.awaitLogged("before sleeps");
            m.awaitLogged("flush begins");
            m.awaitIdle();
            m.queueTogether(queue, after);
            m.awaitLogged("after sleeps");
            assertFalse(m.log().contains("flushed"));
            m.release("before");
            m.await(flushed);
            assertTrue(m.log().indexOf("before ends") < m.log().indexOf("flushed"), "I-57");
            assertFalse(m.log().contains("after ends"));
            m.release("after");
            m.awaitQuiet();
        }
    }

    /** More flushers than colours: some wait in the overflow list, and all come back. */
    @Test
    void bringsBackMoreFlushersThanThereAreColours() throws InterruptedException {
        int flushers = 40;
        var m = new WorkMachine(2, 4);
        var queue = m.workqueues.create("q", WorkqueueFlags.PER_CPU, 0);
        var done = new ArrayList<CountDownLatch>();
        var missed = new AtomicInteger();
        var flushing = new AtomicInteger();
        var blocker = m.held("blocker", 0, 0);
        for (int i = 0; i < flushers; i++) {
            var own = new AtomicInteger();
            var item = new WorkItem((cpu, self) -> own.incrementAndGet(), i, 0);
            done.add(
                    m.task(
                            i % 2,
                            self -> {
                                while (!m.log().contains("blocker sleeps")) {
                                    m.machine.sleep(self, 200_000);
                                }
                                m.workqueues.queueWork(self.cpu(), queue, item);
                                flushing.incrementAndGet();
                                m.workqueues.control().flush(self, queue);
                                missed.addAndGet(1 - own.get());
                            }));
        }
        try (m) {
            m.machine.start();
            m.queueTogether(queue, blocker);
            m.awaitLogged("blocker sleeps");
            m.awaitTrue("all flush", () -> flushing.get() == flushers);
            m.awaitIdle();
            m.release("blocker");
            for (CountDownLatch each : done) {
                m.await(each);
            }
            assertEquals(0, missed.get(), "what was queued before a flush has ended after it");
            m.awaitQuiet();
            m.machine.inInterrupt(
                    0, cpu -> assertTrue(m.workqueues.control().nothingInFlight(queue, cpu)));
        }
    }

    @Test
    void drainsWorkThatQueuesItselfAndRefusesOthers() throws InterruptedException {
        var m = new WorkMachine(1, 4);
        var queue = m.workqueues.create("q", WorkqueueFlags.PER_CPU, 0);
        var left = new AtomicInteger(20);
        var chain =
                new WorkItem(
                        (cpu, self) -> {
                            m.machine.sleep(cpu.current(), 200_000);
                            if (left.decrementAndGet() > 0) {
                                assertTrue(m.workqueues.queueWork(cpu, queue, self), "I-59");
                            }
                        },
                        1,
                        0);
        var held = m.held("held", 0, 0);
        var drained =
                m.task(
                        0,
                        self -> {
                            m.workqueues.queueWork(self.cpu(), queue, held);
                            m.workqueues.queueWork(self.cpu(), queue, chain);
                            m.workqueues.control().drain(self, queue);
                            assertEquals(0, left.get());
                        });
        try (m) {
            m.start();
            m.awaitLogged("held sleeps");
            m.awaitTrue("drain goes on", () -> queue.closed());
            var stranger = m.item("stranger");
            m.machine.inInterrupt(
                    0, cpu -> assertFalse(m.workqueues.queueWork(cpu, queue, stranger)));
            assertFalse(stranger.pending(), "dropped");
            m.release("held");
            m.await(drained);
            var log = m.machine.machine().smp().log();
            assertTrue(log.count(ReportKind.WORKQUEUE_MISUSE) >= 1);
            m.machine.inInterrupt(
                    0, cpu -> assertTrue(m.workqueues.queueWork(cpu, queue, stranger)));
            m.awaitQuiet();
        }
    }

    @Test
    void letsNobodyQueueToADestroyedQueue() throws InterruptedException {
        var m = new WorkMachine(1, 2);
        var queue = m.workqueues.create("q", WorkqueueFlags.MEM_RECLAIM, 0);
        var item = m.item("w");
        var done =
                m.task(
                        0,
                        self -> {
                            m.workqueues.queueWork(self.cpu(), queue, item);
                            m.workqueues.control().destroy(self, queue);
                            assertEquals(List.of("w starts", "w ends"), m.log());
                            assertFalse(m.workqueues.queueWork(self.cpu(), queue, item));
                        });
        try (m) {
            m.start();
            m.await(done);
            var rescuer = queue.rescuer().task();
            m.awaitTrue("rescuer ended", () -> !rescuer.thread().isAlive());
        }
    }
}
