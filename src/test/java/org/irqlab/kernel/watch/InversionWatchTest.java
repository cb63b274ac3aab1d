package org.irqlab.kernel.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.locking.Inversion;
import org.irqlab.kernel.locking.Lockdep;
import org.irqlab.kernel.locking.PriorityInheritance;
import org.irqlab.kernel.locking.RtMutex;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The watch for priority inversion, with looks that the test asks for. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InversionWatchTest {
    private static final int LOOKS = 3;

    private final TestMachine m = new TestMachine(MachineSpec.unpinned(1).withWorkersPerPool(1));
    private final AtomicBoolean release = new AtomicBoolean();
    private final AtomicBoolean enough = new AtomicBoolean();
    private final AtomicInteger ended = new AtomicInteger();

    @AfterEach
    void close() {
        m.close();
    }

    private void burn(Task self, AtomicBoolean until) {
        while (!until.get()) {
            self.cpu().burn(2_000);
            self.cpu().scheduler().reschedulePoint();
        }
    }

    private Task sleeper(String name, TaskPolicy policy, RtMutex mutex, AtomicBoolean until) {
        return m.sleeper(
                0,
                name,
                policy,
                self -> {
                    if (mutex != null) {
                        mutex.lock(self);
                    }
                    burn(self, until);
                    if (mutex != null) {
                        mutex.unlock(self);
                    }
                    ended.incrementAndGet();
                });
    }

    private void wake(Task task) {
        m.inInterrupt(0, here -> here.scheduler().wake(task));
    }

    private void look(InversionWatch watch, int times) {
        m.inInterrupt(
                0,
                cpu -> {
                    for (int n = 0; n < times; n++) {
                        watch.service(n);
                    }
                });
    }

    /** Low owns the lock, high waits for it, and medium is there, too. */
    private void meet(boolean lends) {
        var inheritance = new PriorityInheritance(lends);
        var mutex = new RtMutex(inheritance, new Lockdep(), "rt");
        var watch = new InversionWatch(m.cpu(0), inheritance, 1_000, LOOKS);
        Task low = sleeper("low", TaskPolicy.NORMAL, mutex, release);
        Task medium = sleeper("medium", TaskPolicy.fifo(20), null, enough);
        Task high = sleeper("high", TaskPolicy.fifo(50), mutex, release);
        m.start();
        wake(low);
        Threads.await("owned", () -> mutex.owner() == low);
        wake(high);
        Threads.await("high waits", high::asleep);
        m.inInterrupt(0, cpu -> assertNull(inheritance.inversion(cpu), "the owner runs"));
        wake(medium);
        // An interrupt may come before the owner's next reschedule point.
        Threads.await("the right one runs", () -> m.cpu(0).current() == (lends ? low : medium));
        var inverted = lends ? null : new Inversion(high, low, medium);
        m.inInterrupt(0, cpu -> assertEquals(inverted, inheritance.inversion(cpu)));
        var log = m.machine().smp().log();
        look(watch, LOOKS - 1);
        assertEquals(0, log.count(ReportKind.PRIORITY_INVERSION), "not yet");
        look(watch, 10);
        assertEquals(lends ? 0 : 1, log.count(ReportKind.PRIORITY_INVERSION), "once");
        assertEquals(lends ? 0 : 1, watch.inversions());
        enough.set(true);
        release.set(true);
        Threads.await("all end", () -> ended.get() == 3);
        look(watch, 10);
        assertEquals(lends ? 0 : 1, watch.inversions());
    }

    @Test
    void namesTheThreeTasksOnceWhenItHasSeenThemForLong() {
        meet(false);
        var report = m.machine().smp().log().reports(ReportKind.PRIORITY_INVERSION).getFirst();
        assertEquals("high waits for low, but medium runs", report.what());
    }

    @Test
    void isSilentWhereTheOwnerIsLentThePriority() {
        meet(true);
    }
}
