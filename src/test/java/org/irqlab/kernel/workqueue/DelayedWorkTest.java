package org.irqlab.kernel.workqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.ReportKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Delayed work, and items that are disabled. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DelayedWorkTest {
    private static final long NEVER_NS = 3_600_000_000_000L;
    private static final int ANY = Workqueues.ANY_CPU;

    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicLong ranNs = new AtomicLong();
    private final DelayedWork work =
            new DelayedWork(
                    (cpu, item) -> {
                        ranNs.set(HostClock.nowNs());
                        runs.incrementAndGet();
                    },
                    1,
                    0);

    @Test
    void runsOnceItsTimeHasCome() throws InterruptedException {
        try (var m = new WorkMachine(2, 2).start()) {
            var queue = m.workqueues.system();
            long[] queuedNs = new long[1];
            m.machine.inInterrupt(
                    0,
                    cpu -> {
                        queuedNs[0] = HostClock.nowNs();
                        long delayNs = 5 * WorkMachine.MS;
                        assertTrue(m.workqueues.queueDelayed(cpu, 1, queue, work, delayNs));
                        assertFalse(m.workqueues.queueDelayed(cpu, 1, queue, work, 0));
                        assertTrue(work.item().pending());
                    });
            m.awaitTrue("run", () -> runs.get() == 1);
            assertTrue(ranNs.get() - queuedNs[0] >= 5 * WorkMachine.MS, "not before");
            m.machine.inInterrupt(
                    0, cpu -> assertTrue(m.workqueues.queueDelayed(cpu, ANY, queue, work, 0)));
            m.awaitTrue("run", () -> runs.get() == 2);
        }
    }

    @Test
    void isQueuedAtItsNewTime() throws InterruptedException {
        try (var m = new WorkMachine(1, 2).start()) {
            var queue = m.workqueues.system();
            m.machine.inInterrupt(
                    0,
                    cpu -> {
                        assertFalse(m.workqueues.modifyDelayed(cpu, ANY, queue, work, NEVER_NS));
                        assertTrue(m.workqueues.modifyDelayed(cpu, ANY, queue, work, 1_000));
                    });
            m.awaitTrue("run", () -> runs.get() == 1);
            m.awaitQuiet();
            assertEquals(1, m.workqueues.counts().queued());
        }
    }

    @Test
    void isFlushedAtOnceAndCancelledBeforeItsTime() throws InterruptedException {
        var m = new WorkMachine(2, 2);
        var done =
                m.task(
                        1,
                        self -> {
                            var works = m.workqueues;
                            works.queueDelayed(self.cpu(), 0, works.system(), work, NEVER_NS);
                            assertTrue(works.flushDelayed(self, work));
                            assertEquals(1, runs.get());
                            works.queueDelayed(self.cpu(), 0, works.system(), work, NEVER_NS);
                            assertTrue(works.cancelSync(self, work.item()));
                            assertFalse(work.item().pending());
                            assertFalse(works.cancelSync(self, work.item()));
                        });
        try (m) {
            m.start();
            m.await(done);
            assertEquals(1, runs.get());
        }
    }

    @Test
    void cannotBeQueuedWhileItIsDisabled() throws InterruptedException {
        try (var m = new WorkMachine(1, 2).start()) {
            var works = m.workqueues;
            var item = work.item();
            m.machine.inInterrupt(
                    0,
                    cpu -> {
                        works.queueDelayed(cpu, ANY, works.system(), work, NEVER_NS);
                        assertTrue(works.disable(cpu, item), "was pending");
                        assertFalse(works.disable(cpu, item));
                        assertFalse(works.queueWork(cpu, works.system(), item), "I-63");
                        assertFalse(works.modifyDelayed(cpu, ANY, works.system(), work, 0));
                        assertFalse(works.enable(cpu, item));
                        assertFalse(works.queueWork(cpu, works.system(), item), "still once");
                        assertTrue(works.enable(cpu, item));
                        assertTrue(works.queueWork(cpu, works.system(), item));
                    });
            m.awaitTrue("run", () -> runs.get() == 1);
            assertEquals(0, m.machine.machine().smp().log().total());
            m.machine.inInterrupt(0, cpu -> works.enable(cpu, item));
            assertEquals(1, m.machine.machine().smp().log().count(ReportKind.WORKQUEUE_MISUSE));
        }
    }

    @Test
    void disableSyncWaitsForTheRun() throws InterruptedException {
        var m = new WorkMachine(2, 2);
        var held = m.held("w", 0, 0);
        var done =
                m.task(
                        1,
                        self -> {
                            m.workqueues.queueOn(self.cpu(), 0, m.workqueues.system(), held);
                            while (!m.log().contains("w sleeps")) {
                                m.machine.sleep(self, 100_000);
                            }
                            m.note("disables");
                            assertFalse(m.workqueues.disableSync(self, held));
                            assertTrue(m.log().contains("w ends"), "I-58");
                        });
        try (m) {
            m.start();
            m.awaitLogged("disables");
            m.awaitIdle();
            m.release("w");
            m.await(done);
        }
    }
}
