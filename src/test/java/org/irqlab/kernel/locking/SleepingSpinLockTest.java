package org.irqlab.kernel.locking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The spin lock of PREEMPT_RT, which sleeps, and the raw one, which does not. */
@Timeout(60)
class SleepingSpinLockTest {
    private static final TaskPolicy HIGH = TaskPolicy.fifo(50);

    private final TestMachine m =
            new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1).withPreemptRt());
    private final KernelLog log = m.machine().smp().log();
    private final SpinLock lock = new SpinLock(m.machine().locking(), "lock");
    private final SpinLock raw = new SpinLock(m.machine().locking(), "raw", WaitLevel.SPIN);
    private final AtomicBoolean held = new AtomicBoolean();
    private final AtomicBoolean wanted = new AtomicBoolean();
    private final AtomicBoolean release = new AtomicBoolean();
    private final AtomicInteger ended = new AtomicInteger();

    @AfterEach
    void close() {
        m.close();
    }

    private static String context(KernelCpu cpu) {
        return "%03x %s".formatted(cpu.preemptCount(), cpu.hw().irqsEnabled() ? "on" : "off");
    }

    private Task sleeper(int cpu, String name, TaskPolicy policy, Consumer<Task> body) {
        return m.sleeper(
                cpu,
                name,
                policy,
                self -> {
                    body.accept(self);
                    ended.incrementAndGet();
                });
    }

    private Task holder(SpinLock which) {
        return sleeper(
                0,
                "holder",
                TaskPolicy.NORMAL,
                self -> {
                    which.lock(self.cpu());
                    held.set(true);
                    while (!release.get()) {
                        self.cpu().burn(1_000);
                    }
                    which.unlock(self.cpu());
                });
    }

    private Task taker(SpinLock which) {
        return sleeper(
                1,
                "taker",
                HIGH,
                self -> {
                    wanted.set(true);
                    which.lock(self.cpu());
                    which.unlock(self.cpu());
                });
    }

    private void wake(int cpu, Task task) {
        m.inInterrupt(cpu, here -> here.scheduler().wake(task));
    }

    @Test
    void sleepsAndLendsItsPriority() {
        Task holder = holder(lock);
        Task taker = taker(lock);
        m.start();
        wake(0, holder);
        Threads.await("held", held::get);
        wake(1, taker);
        Threads.await("sleeps", taker::asleep);
        Threads.await("lent", () -> holder.policy().equals(HIGH));
        release.set(true);
        Threads.await("both", () -> ended.get() == 2);
        assertEquals(TaskPolicy.NORMAL, holder.policy());
        assertEquals(List.of(), log.reports());
    }

    @Test
    void spinsWhereItIsRaw() {
        Task holder = holder(raw);
        Task taker = taker(raw);
        m.start();
        wake(0, holder);
        Threads.await("held", held::get);
        wake(1, taker);
        Threads.await("wanted", wanted::get);
        m.inInterrupt(1, cpu -> assertEquals(taker, cpu.current()));
        assertFalse(taker.asleep());
        assertEquals(TaskPolicy.NORMAL, holder.policy());
        release.set(true);
        Threads.await("both", () -> ended.get() == 2);
        assertEquals(List.of(), log.reports());
    }

    @Test
    void leavesPreemptionAndInterruptsOnInEveryForm() {
        Task task =
                sleeper(
                        0,
                        "task",
                        TaskPolicy.NORMAL,
                        self -> {
                            KernelCpu cpu = self.cpu();
                            lock.lock(cpu);
                            assertEquals("000 on", context(cpu));
                            assertFalse(cpu.atomic());
                            lock.unlock(cpu);
                            lock.lockBh(cpu);
                            assertEquals("200 on", context(cpu));
                            assertTrue(m.machine().softirqs(0).lockedBy(self));
                            lock.unlockBh(cpu);
                            assertFalse(m.machine().softirqs(0).lockedBy(self));
                            boolean irqs = lock.lockIrqsave(cpu);
                            assertEquals("000 on", context(cpu));
                            lock.unlockIrqrestore(cpu, irqs);
                            lock.lockIrq(cpu);
                            assertEquals("000 on", context(cpu));
                            assertFalse(raw.lockIrqsave(cpu) && cpu.hw().irqsEnabled());
                            assertEquals("001 off", context(cpu));
                            raw.unlockIrqrestore(cpu, true);
                            lock.unlockIrq(cpu);
                            assertTrue(lock.tryLock(cpu));
                            assertTrue(lock.heldBy(cpu));
                            lock.unlock(cpu);
                            assertEquals("000 on", context(cpu));
                        });
        m.start();
        wake(0, task);
        Threads.await("done", () -> ended.get() == 1);
        assertEquals(List.of(), log.reports());
    }

    @Test
    void isReportedInATopHalfAndUnderARawLock() {
        Task task =
                sleeper(
                        0,
                        "task",
                        TaskPolicy.NORMAL,
                        self -> {
                            raw.lock(self.cpu());
                            lock.lock(self.cpu());
                            lock.unlock(self.cpu());
                            raw.unlock(self.cpu());
                        });
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    cpu.setHardirqThreadable(false);
                    lock.lock(cpu);
                    lock.unlock(cpu);
                });
        assertEquals(1, log.count(ReportKind.INVALID_WAIT_CONTEXT));
        assertEquals(1, log.count(ReportKind.SLEEP_IN_ATOMIC));
        wake(0, task);
        Threads.await("done", () -> ended.get() == 1);
        assertEquals(2, log.count(ReportKind.INVALID_WAIT_CONTEXT));
        assertEquals(2, log.count(ReportKind.SLEEP_IN_ATOMIC));
    }

    @Test
    void losesNoWakeOfATaskThatWaitsForItWithASleepAnnounced() {
        var condition = new AtomicBoolean();
        Task holder = holder(lock);
        Task task =
                sleeper(
                        1,
                        "waiter",
                        HIGH,
                        self -> {
                            while (true) {
                                self.prepareToSleep('S');
                                lock.lock(self.cpu());
                                boolean done = condition.get();
                                lock.unlock(self.cpu());
                                if (done) {
                                    break;
                                }
                                self.cpu().scheduler().schedule();
                            }
                            self.finishSleep();
                        });
        m.start();
        wake(0, holder);
        Threads.await("held", held::get);
        wake(1, task);
        Threads.await("waits for the lock", task::asleep);
        condition.set(true);
        wake(1, task);
        release.set(true);
        Threads.await("both", () -> ended.get() == 2);
        assertEquals(List.of(), log.reports());
    }

    @Test
    void keepsItsHolderOnItsCpu() {
        var other = new SpinLock(m.machine().locking(), "other");
        Task holder = holder(lock);
        Task task =
                sleeper(
                        1,
                        "task",
                        HIGH,
                        self -> {
                            KernelCpu before = self.cpu();
                            other.lock(before);
                            self.setWantedCpu(0);
                            lock.lock(before);
                            assertEquals(before, self.cpu(), "woken by the other CPU");
                            lock.unlock(before);
                            other.unlock(before);
                        });
        m.start();
        wake(0, holder);
        Threads.await("held", held::get);
        wake(1, task);
        Threads.await("sleeps", task::asleep);
        release.set(true);
        Threads.await("both", () -> ended.get() == 2);
        assertEquals(List.of(), log.reports());
    }
}
