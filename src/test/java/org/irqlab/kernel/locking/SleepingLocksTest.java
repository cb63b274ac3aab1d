package org.irqlab.kernel.locking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Mutex, wait queue and completion on two CPUs. */
@Timeout(90)
class SleepingLocksTest {
    private static final int ROUNDS = 2_000;

    private final TestMachine m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
    private final KernelLog log = m.machine().smp().log();
    private final Mutex mutex = new Mutex(new Lockdep(), "mutex");
    private final List<String> order = new CopyOnWriteArrayList<>();
    private final AtomicInteger ended = new AtomicInteger();

    @AfterEach
    void close() {
        m.close();
    }

    private Task task(int cpu, String name, Consumer<Task> body) {
        return m.kernelThread(
                cpu,
                name,
                TaskPolicy.NORMAL,
                self -> {
                    body.accept(self);
                    ended.incrementAndGet();
                });
    }

    private void awaitEnd(int tasks) {
        Threads.await(tasks + " end, " + order, () -> ended.get() == tasks);
    }

    @Test
    void letsOneTaskInAtATimeAndLosesNoWaiter() {
        long[] count = new long[1];
        for (int i = 0; i < 4; i++) {
            task(
                    i % 2,
                    "owner/" + i,
                    self -> {
                        for (int round = 0; round < ROUNDS; round++) {
                            mutex.lock(self);
                            long before = count[0];
                            if (round % 16 == 0) {
                                m.sleep(self, 1_000);
                            }
                            self.cpu().burn(200);
                            count[0] = before + 1;
                            mutex.unlock(self);
                            self.cpu().scheduler().reschedulePoint();
                        }
                    });
        }
        m.start();
        awaitEnd(4);
        m.inInterrupt(0, cpu -> {});
        assertEquals(4L * ROUNDS, count[0]);
        assertEquals(0, mutex.waiting());
        assertEquals(List.of(), log.reports());
    }

    @Test
    void servesWaitersInTheOrderInWhichTheyCame() {
        var go = new WaitQueue("go");
        var held = new AtomicBoolean();
        task(
                0,
                "owner/0",
                self -> {
                    mutex.lock(self);
                    held.set(true);
                    go.await(self, () -> mutex.waiting() == 3);
                    mutex.unlock(self);
                });
        var waiters = new ArrayList<Task>();
        for (int i = 0; i < 3; i++) {
            String name = "waiter/" + i;
            waiters.add(
                    m.sleeper(
                            1,
                            name,
                            TaskPolicy.NORMAL,
                            self -> {
                                mutex.lock(self);
                                order.add(name);
                                mutex.unlock(self);
                                ended.incrementAndGet();
                            }));
        }
        m.start();
        Threads.await("held", held::get);
        for (int i = 0; i < 3; i++) {
            int waiting = i + 1;
            m.inInterrupt(1, cpu -> cpu.scheduler().wake(waiters.get(waiting - 1)));
            Threads.await("waiter " + i, () -> mutex.waiting() == waiting);
        }
        m.inInterrupt(1, go::wakeUpAll);
        awaitEnd(4);
        assertEquals(List.of("waiter/0", "waiter/1", "waiter/2"), order);
    }

    @Test
    void reportsAMutexTakenTwiceAndSleepsForEver() {
        Task twice =
                m.kernelThread(
                        0,
                        "twice/0",
                        TaskPolicy.NORMAL,
                        self -> {
                            mutex.lock(self);
                            mutex.lock(self);
                        });
        m.start();
        Threads.await("reported", () -> log.count(ReportKind.LOCK_RECURSION) == 2);
        Threads.await("asleep", twice::asleep);
    }

    @Test
    void reportsAMutexGivenBackByAnother() {
        task(0, "owner/0", mutex::lock);
        m.start();
        Threads.await("a task ended with it", () -> log.count(ReportKind.LOCK_LEAK) == 1);
        m.inInterrupt(0, cpu -> mutex.unlock(cpu.current()));
        assertEquals(1, log.count(ReportKind.BAD_UNLOCK));
        assertEquals(null, mutex.owner(), "done all the same");
    }

    @Test
    void namesWhoTakesAMutexInAHandler() {
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    mutex.lock(cpu.current());
                    mutex.unlock(cpu.current());
                });
        assertEquals(1, log.count(ReportKind.SLEEP_IN_ATOMIC));
        String text = log.reports(ReportKind.SLEEP_IN_ATOMIC).getFirst().text();
        assertTrue(text.contains("SleepingLocksTest.lambda$namesWhoTakesAMutexInAHandler"), text);
        assertEquals(1, log.count(ReportKind.INVALID_WAIT_CONTEXT));
    }

    @Test
    void waitsBusilyInAHandlerForAMutexThatATaskOwns() {
        var go = new WaitQueue("go");
        var release = new AtomicBoolean();
        task(
                1,
                "owner/1",
                self -> {
                    mutex.lock(self);
                    go.await(self, release::get);
                    mutex.unlock(self);
                });
        m.start();
        Threads.await("owned", () -> mutex.owner() != null && mutex.owner().asleep());
        var releaser =
                new Thread(() -> {
                    Threads.await("stuck", () -> log.count(ReportKind.SCHEDULE_IN_ATOMIC) > 10);
                    release.set(true);
                });
        releaser.start();
        // The owner sleeps on CPU 1, and CPU 0's handler is what would have to wake it: never.
        m.inInterrupt(
                0,
                cpu -> {
                    Task self = cpu.current();
                    while (!release.get()) {
                        self.prepareToSleep('D');
                        cpu.scheduler().schedule();
                    }
                    go.wakeUp(cpu);
                    mutex.lock(self);
                    mutex.unlock(self);
                    assertEquals(0x1_0000, cpu.preemptCount());
                });
        awaitEnd(1);
        assertEquals(1, log.reports(ReportKind.SCHEDULE_IN_ATOMIC).size(), "named once");
    }

    @Test
    void switchesATaskThatSleepsUnderASpinLockAndGivesItItsCountBack() {
        var spin = new SpinLock(Lockdep.OFF, "spin");
        task(
                0,
                "sleeper/0",
                self -> {
                    spin.lock(self.cpu());
                    m.sleep(self, 100_000);
                    assertEquals(1, self.cpu().preemptCount());
                    spin.unlock(self.cpu());
                    assertEquals(0, self.cpu().preemptCount());
                });
        m.start();
        awaitEnd(1);
        assertTrue(log.count(ReportKind.SCHEDULE_IN_ATOMIC) >= 1);
        assertEquals("sleeper/0", log.reports(ReportKind.SCHEDULE_IN_ATOMIC).getFirst().what());
    }

    @Test
    void warnsOfABlockingCallBetweenAnnouncementAndSleep() {
        task(
                0,
                "mixed/0",
                self -> {
                    self.prepareToSleep('S');
                    mutex.lock(self);
                    mutex.unlock(self);
                    self.finishSleep();
                });
        m.start();
        awaitEnd(1);
        assertEquals(1, log.count(ReportKind.BLOCKING_WHILE_NOT_RUNNING));
    }

    @Test
    void wakesOneExclusiveWaiterAndEverybodyElse() {
        var queue = new WaitQueue("queue");
        var open = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            String name = "exclusive/" + i;
            task(
                    i % 2,
                    name,
                    self -> {
                        queue.awaitExclusive(self, () -> open.get() > 0);
                        order.add("exclusive");
                    });
        }
        task(
                0,
                "common/0",
                self -> {
                    queue.await(self, () -> open.get() > 0);
                    order.add("common");
                });
        m.start();
        Threads.await(
                "all wait",
                () -> {
                    var n = new AtomicInteger();
                    m.inInterrupt(0, cpu -> n.set(queue.waiting(cpu).size()));
                    return n.get() == 4
                            && m.machine().tasks().stream()
                                            .filter(t -> t.name().matches("(exclusive|common)/."))
                                            .filter(Task::asleep)
                                            .count()
                                    == 4;
                });
        open.set(1);
        m.inInterrupt(1, queue::wakeUp);
        awaitEnd(2);
        assertTrue(order.contains("common"), order.toString());
        m.inInterrupt(0, cpu -> assertEquals(2, queue.waiting(cpu).size()));
        m.inInterrupt(1, queue::wakeUpAll);
        awaitEnd(4);
        m.inInterrupt(0, cpu -> assertFalse(queue.active()));
    }

    @Test
    void losesNoWakeUpOfAWaiterThatIsOnlyLookedFor() {
        var queue = new WaitQueue("queue");
        long[] ping = new long[1];
        long[] pong = new long[1];
        task(0, "ping/0", self -> exchange(self, queue, ping, pong, 0));
        task(1, "pong/1", self -> exchange(self, queue, pong, ping, 1));
        m.start();
        awaitEnd(2);
    }

    /** Each says a number, and waits for the other's. */
    private static void exchange(Task self, WaitQueue queue, long[] mine, long[] its, int lag) {
        for (int i = 1; i <= ROUNDS; i++) {
            int round = i;
            if (lag == 1) {
                queue.await(self, () -> its[0] >= round);
            }
            mine[0] = i;
            if (queue.active()) {
                queue.wakeUpAll(self.cpu());
            }
            if (lag == 0) {
                queue.await(self, () -> its[0] >= round);
            }
        }
    }

    @Test
    void findsAWaiterThatAnnouncedItsSleepAfterItsTest() {
        // B-14: the wake-up comes between the test and the announcement.
        var queue = new WaitQueue("frames");
        var frames = new AtomicBoolean();
        var tested = new AtomicBoolean();
        var goOn = new AtomicBoolean();
        Task waiter =
                m.kernelThread(
                        0,
                        "camera/0",
                        TaskPolicy.NORMAL,
                        self -> {
                            var entry = new WaitEntry(self, false, frames::get);
                            assertFalse(frames.get());
                            tested.set(true);
                            while (!goOn.get()) {
                                self.cpu().burn(1_000);
                            }
                            queue.prepare(entry, 'D');
                            self.cpu().scheduler().schedule();
                        });
        m.start();
        Threads.await("tested", tested::get);
        m.inInterrupt(
                1,
                cpu -> {
                    frames.set(true);
                    queue.wakeUp(cpu);
                });
        goOn.set(true);
        Threads.await("asleep", waiter::asleep);
        m.inInterrupt(1, cpu -> assertEquals(0, queue.findLost(cpu), "it may be on its way"));
        m.inInterrupt(1, cpu -> assertEquals(1, queue.findLost(cpu)));
        assertEquals(
                "camera/0 waits for frames",
                log.reports(ReportKind.LOST_WAKE_UP).getFirst().what());
    }

    @Test
    void letsOneWaiterGoForEachCompletionAndAllForTheLast() {
        var completion = new Completion("done");
        for (int i = 0; i < 5; i++) {
            task(i % 2, "waiter/" + i, completion::await);
        }
        m.start();
        m.inInterrupt(0, completion::complete);
        m.inInterrupt(1, completion::complete);
        awaitEnd(2);
        m.inInterrupt(0, cpu -> assertFalse(completion.tryAwait(cpu)));
        m.inInterrupt(1, completion::completeAll);
        awaitEnd(5);
        m.inInterrupt(0, cpu -> assertTrue(completion.tryAwait(cpu)));
        assertEquals(List.of(), log.reports());
    }
}
