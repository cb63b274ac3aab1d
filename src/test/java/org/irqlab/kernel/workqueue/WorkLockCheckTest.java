package org.irqlab.kernel.workqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.locking.Lockdep;
import org.irqlab.kernel.locking.Mutex;
import org.irqlab.kernel.locking.SpinLock;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** What the lock checker learns of work that is waited for, without a wait that does not end. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkLockCheckTest {
    private static final int NAME = 7;

    private final WorkMachine m = new WorkMachine(MachineSpec.unpinned(1).withWorkersPerPool(4));
    private final Workqueues works = m.workqueues;
    private final Workqueue queue = works.create("q", WorkqueueFlags.PER_CPU, 0);
    private final Lockdep lockdep = new Lockdep();
    private final Mutex mutex = new Mutex(lockdep, "device");

    // Whether the item takes the mutex: if it did while it is flushed, nothing would go on.
    private final AtomicBoolean takes = new AtomicBoolean(true);
    private final WorkItem item =
            new WorkItem(
                    (cpu, self) -> {
                        if (takes.get()) {
                            mutex.lock(cpu.current());
                            mutex.unlock(cpu.current());
                        }
                    },
                    1,
                    NAME);

    WorkLockCheckTest() {
        works.control().checkLocks(lockdep, number -> "function" + number);
    }

    @AfterEach
    void close() {
        m.close();
    }

    private KernelLog log() {
        return m.machine.machine().smp().log();
    }

    private void assertOnly(ReportKind kind, String what) {
        assertEquals(1, log().reports().size(), () -> log().reports().toString());
        assertEquals(kind, log().reports().getFirst().kind());
        assertEquals(what, log().reports().getFirst().what());
    }

    /** Has the item taken the mutex once, and then waits for it in {@code wait}, with the mutex. */
    private void inTaskUnderTheMutex(Consumer<Task> wait) throws InterruptedException {
        var done =
                m.task(
                        0,
                        self -> {
                            works.queueWork(self.cpu(), queue, item);
                            works.flush(self, item);
                            assertEquals(0, log().total(), "right up to here");
                            takes.set(false);
                            mutex.lock(self);
                            works.queueWork(self.cpu(), queue, item);
                            wait.accept(self);
                            mutex.unlock(self);
                        });
        m.start();
        m.await(done);
        m.awaitQuiet();
    }

    @Test
    void findsAFlushUnderALockThatTheWorkTakes() throws InterruptedException {
        inTaskUnderTheMutex(self -> works.flush(self, item));
        assertOnly(ReportKind.CIRCULAR_LOCKING, "device -> (work_completion)function7");
    }

    @Test
    void findsAFlushOfTheQueueUnderALockThatItsWorkTakes() throws InterruptedException {
        inTaskUnderTheMutex(self -> works.control().flush(self, queue));
        assertOnly(ReportKind.CIRCULAR_LOCKING, "device -> (wq_completion)q");
    }

    @Test
    void doesNotBlameACancelThatFindsNothingToWaitFor() throws InterruptedException {
        inTaskUnderTheMutex(self -> assertTrue(works.cancelSync(self, item)));
        assertEquals(List.of(), log().reports());
    }

    @Test
    void findsWorkThatWaitsForItself() throws InterruptedException {
        var self = new WorkItem((cpu, s) -> works.flush(cpu.current(), s), 1, NAME);
        m.start();
        m.queueTogether(queue, self);
        m.awaitTrue("report", () -> !log().reports(ReportKind.LOCK_RECURSION).isEmpty());
        assertEquals(
                "(work_completion)function7",
                log().reports(ReportKind.LOCK_RECURSION).getFirst().what());
    }

    @Test
    void findsAWaitForWorkOfTheOwnQueueThatLetsOneBeActive() throws InterruptedException {
        var single = works.create("single", WorkqueueFlags.PER_CPU, 1);
        takes.set(false);
        var first = new WorkItem((cpu, s) -> works.flush(cpu.current(), item), 2, NAME + 1);
        m.start();
        m.queueTogether(single, first, item);
        m.awaitTrue("report", () -> !log().reports(ReportKind.LOCK_RECURSION).isEmpty());
        assertOnly(ReportKind.LOCK_RECURSION, "(wq_completion)single");
    }

    @Test
    void hasNothingAgainstRightWaitsOfTasksAndOfSoftirqs() throws InterruptedException {
        var ring = new SpinLock(lockdep, "ring");
        var bottomHalf =
                new WorkItem(
                        (cpu, s) -> {
                            ring.lock(cpu);
                            ring.unlock(cpu);
                        },
                        2,
                        NAME + 1);
        var done =
                m.task(
                        0,
                        self -> {
                            for (int n = 0; n < 3; n++) {
                                works.queueWork(self.cpu(), queue, item);
                                self.cpu().bhDisable();
                                works.queueWork(self.cpu(), works.systemBh(), bottomHalf);
                                self.cpu().bhEnable();
                                works.flush(self, bottomHalf);
                                works.control().flush(self, works.systemBh());
                                works.control().flush(self, queue);
                                ring.lockBh(self.cpu());
                                ring.unlockBh(self.cpu());
                                mutex.lock(self);
                                mutex.unlock(self);
                            }
                        });
        m.start();
        m.await(done);
        m.awaitQuiet();
        assertEquals(List.of(), log().reports());
        m.machine.inInterrupt(0, cpu -> assertEquals(0, cpu.current().locks().depth()));
    }
}
