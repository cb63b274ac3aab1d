package org.irqlab.kernel.locking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.Report;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** What the checker says of orders that never met, and of contexts; all on one CPU. */
@Timeout(60)
class LockdepTest {
    private final TestMachine m = new TestMachine(MachineSpec.unpinned(1).withWorkersPerPool(1));
    private final KernelLog log = m.machine().smp().log();
    private final Lockdep lockdep = new Lockdep();
    private final SpinLock a = new SpinLock(lockdep, "a");
    private final SpinLock b = new SpinLock(lockdep, "b");
    private final SpinLock c = new SpinLock(lockdep, "c");

    @AfterEach
    void close() {
        m.close();
    }

    /** Runs one body after the other, each in a task of its own. */
    @SafeVarargs
    private void inTasks(Consumer<Task>... bodies) {
        var done = new AtomicBoolean();
        m.kernelThread(
                0,
                "taker/0",
                TaskPolicy.NORMAL,
                self -> {
                    for (var body : bodies) {
                        body.accept(self);
                    }
                    done.set(true);
                });
        m.start();
        Threads.await("all taken", done::get);
    }

    private static void take(KernelCpu cpu, SpinLock... locks) {
        for (SpinLock lock : locks) {
            lock.lock(cpu);
        }
        for (int i = locks.length - 1; i >= 0; i--) {
            locks[i].unlock(cpu);
        }
    }

    private void assertOnly(ReportKind kind, String what) {
        assertEquals(
                List.of(kind + " " + what),
                log.reports().stream().map(r -> r.kind() + " " + r.what()).toList(),
                () -> log.reports().toString());
    }

    @Test
    void findsTwoLocksTakenInBothOrders() {
        inTasks(self -> take(self.cpu(), a, b), self -> take(self.cpu(), b, a));
        assertOnly(ReportKind.CIRCULAR_LOCKING, "b -> a");
        String text = log.reports().getFirst().text();
        assertTrue(text.contains("chain: a -> b"), text);
        assertTrue(text.contains("a -> b at:"), text);
        assertTrue(text.contains("now: b -> a"), text);
        assertTrue(text.contains("LockdepTest.take("), text);
        assertTrue(text.contains("#0: (b){WRITE}"), text);
    }

    @Test
    void findsACircleOfThreeAndReportsItOnce() {
        Consumer<Task> last = self -> take(self.cpu(), c, a);
        inTasks(self -> take(self.cpu(), a, b), self -> take(self.cpu(), b, c), last, last, last);
        assertOnly(ReportKind.CIRCULAR_LOCKING, "c -> a");
        assertEquals(3, log.count(ReportKind.CIRCULAR_LOCKING));
    }

    @Test
    void saysNothingOfOneOrderOrOfTryLocks() {
        inTasks(
                self -> take(self.cpu(), a, b, c),
                self -> take(self.cpu(), a, c),
                self -> {
                    c.lock(self.cpu());
                    assertTrue(a.tryLock(self.cpu()));
                    a.unlock(self.cpu());
                    c.unlock(self.cpu());
                });
        assertEquals(List.of(), log.reports());
    }

    @Test
    void findsALockOfAHandlerThatATaskTakesWithInterruptsOn() {
        m.start();
        m.inInterrupt(0, cpu -> take(cpu, a));
        // A task of its own comes too late for inTasks: an interrupt with interrupts on is one.
        m.inInterrupt(
                0,
                cpu -> {
                    cpu.hw().irqEnable();
                    take(cpu, a);
                    cpu.hw().irqDisable();
                });
        assertOnly(ReportKind.INCONSISTENT_LOCK_STATE, "a {HARDIRQ-ON-W}");
    }

    @Test
    void findsALockOfATaskThatAHandlerTakes() {
        inTasks(self -> take(self.cpu(), a));
        m.inInterrupt(0, cpu -> take(cpu, a));
        assertOnly(ReportKind.INCONSISTENT_LOCK_STATE, "a {IN-HARDIRQ-W}");
    }

    @Test
    void acceptsALockOfAHandlerThatTasksTakeWithInterruptsOff() {
        inTasks(self -> a.unlockIrqrestore(self.cpu(), a.lockIrqsave(self.cpu())));
        m.inInterrupt(0, cpu -> take(cpu, a));
        assertEquals(List.of(), log.reports());
    }

    @Test
    void findsASoftirqsLockThatATaskTakesWithBottomHalvesOn() {
        var ran = new AtomicBoolean();
        m.machine()
                .setSoftirqAction(
                        SoftirqVector.BLOCK,
                        cpu -> {
                            take(cpu, a);
                            take(cpu, b);
                            ran.set(true);
                        });
        inTasks(self -> {
            a.lockBh(self.cpu());
            a.unlockBh(self.cpu());
            take(self.cpu(), b);
        });
        m.inInterrupt(0, cpu -> m.machine().softirqs(0).raiseIrqsOff(SoftirqVector.BLOCK));
        Threads.await("softirq", ran::get);
        assertOnly(ReportKind.INCONSISTENT_LOCK_STATE, "b {IN-SOFTIRQ-W}");
    }

    @Test
    void findsAHandlersLockHeldWhileOneIsTakenThatTheHandlerMayStop() {
        inTasks(
                self -> take(self.cpu(), b),
                self -> {
                    boolean irqs = a.lockIrqsave(self.cpu());
                    take(self.cpu(), b);
                    a.unlockIrqrestore(self.cpu(), irqs);
                });
        m.inInterrupt(0, cpu -> take(cpu, a));
        assertOnly(ReportKind.IRQ_LOCK_INVERSION, "a {IN-HARDIRQ-W}");
    }

    @Test
    void findsTheSameClassTwiceUnlessItIsSaidHowTheyNest() {
        var first = new SpinLock(lockdep, "inode");
        var second = new SpinLock(lockdep, "inode");
        inTasks(self -> {
            first.lock(self.cpu());
            second.lockNested(self.cpu(), 1);
            second.unlock(self.cpu());
            first.unlock(self.cpu());
            assertEquals(List.of(), log.reports());
            take(self.cpu(), first, second);
        });
        assertOnly(ReportKind.LOCK_RECURSION, "inode");
    }

    @Test
    void findsAWorkItemThatWaitsForItself() {
        var item = new LockMap(lockdep, "work item");
        inTasks(self -> {
            item.enter(self.cpu());
            item.await(self.cpu());
            item.leave(self.cpu());
        });
        assertOnly(ReportKind.LOCK_RECURSION, "work item");
    }

    @Test
    void findsAFlushUnderALockThatTheWorkTakes() {
        var item = new LockMap(lockdep, "work item");
        var mutex = new Mutex(lockdep, "device");
        inTasks(self -> {
            item.enter(self.cpu());
            mutex.lock(self);
            mutex.unlock(self);
            item.leave(self.cpu());
            mutex.lock(self);
            item.await(self.cpu());
            mutex.unlock(self);
        });
        assertOnly(ReportKind.CIRCULAR_LOCKING, "device -> work item");
    }

    @Test
    void costsNothingAndKnowsNothingWhenItIsOff() {
        var one = new SpinLock(Lockdep.OFF, "one");
        var other = new SpinLock(Lockdep.OFF, "other");
        inTasks(
                self -> take(self.cpu(), one, other),
                self -> take(self.cpu(), other, one),
                self -> assertEquals(0, self.locks().depth()));
        assertEquals(List.of(), log.reports());
    }

    /** Linux lib/locking-selftest.c, the table of wait contexts. */
    @ParameterizedTest
    @CsvSource({
        "threadable hardirq, rcu, true",
        "threadable hardirq, raw, true",
        "threadable hardirq, spin, true",
        "threadable hardirq, mutex, false",
        "hardirq, rcu, true",
        "hardirq, raw, true",
        "hardirq, spin, false",
        "hardirq, mutex, false",
        "softirq, rcu, true",
        "softirq, raw, true",
        "softirq, spin, true",
        "softirq, mutex, false",
        "rcu, rcu, true",
        "rcu, raw, true",
        "rcu, spin, true",
        "rcu, mutex, false",
        "rcu-sched, rcu, true",
        "rcu-sched, raw, true",
        "rcu-sched, spin, false",
        "rcu-sched, mutex, false",
        "raw, rcu, true",
        "raw, raw, true",
        "raw, spin, false",
        "raw, mutex, false",
        "spin, rcu, true",
        "spin, raw, true",
        "spin, spin, true",
        "spin, mutex, false",
        "mutex, rcu, true",
        "mutex, raw, true",
        "mutex, spin, true",
        "mutex, mutex, true"
    })
    void allowsInEachContextWhatItAllows(String context, String inner, boolean allowed) {
        LockMap taken = map(inner, "inner " + inner);
        Consumer<KernelCpu> take = taken::await;
        switch (context) {
            case "threadable hardirq" -> inHardirq(true, take);
            case "hardirq" -> inHardirq(false, take);
            case "softirq" -> inSoftirq(take);
            default -> {
                LockMap outer = map(context, "outer " + context);
                inTasks(self -> {
                    outer.enter(self.cpu());
                    take.accept(self.cpu());
                    outer.leave(self.cpu());
                });
            }
        }
        assertEquals(allowed ? 0 : 1, log.count(ReportKind.INVALID_WAIT_CONTEXT));
        assertEquals(allowed ? 0 : 1, log.total(), () -> log.reports().toString());
    }

    private void inHardirq(boolean threadable, Consumer<KernelCpu> body) {
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    cpu.setHardirqThreadable(threadable);
                    body.accept(cpu);
                });
    }

    private void inSoftirq(Consumer<KernelCpu> body) {
        var ran = new AtomicBoolean();
        m.machine()
                .setSoftirqAction(
                        SoftirqVector.BLOCK,
                        cpu -> {
                            body.accept(cpu);
                            ran.set(true);
                        });
        m.start();
        m.inInterrupt(0, cpu -> m.machine().softirqs(0).raiseIrqsOff(SoftirqVector.BLOCK));
        Threads.await("softirq", ran::get);
    }

    private LockMap map(String kind, String key) {
        return switch (kind) {
            case "rcu" -> new LockMap(lockdep, key, WaitLevel.FREE, WaitLevel.CONFIG);
            case "rcu-sched" -> new LockMap(lockdep, key, WaitLevel.FREE, WaitLevel.SPIN);
            case "raw" -> new LockMap(lockdep, key, WaitLevel.SPIN, WaitLevel.SPIN);
            case "spin" -> new LockMap(lockdep, key, WaitLevel.CONFIG, WaitLevel.CONFIG);
            case "mutex" -> new LockMap(lockdep, key, WaitLevel.SLEEP, WaitLevel.SLEEP);
            default -> throw new IllegalArgumentException("kind=" + kind);
        };
    }

    @Test
    void reportsALockThatAHandlerKeeps() {
        m.start();
        m.inInterrupt(0, a::lock);
        m.inInterrupt(0, cpu -> assertEquals(0, cpu.current().locks().depth()));
        Report leak = log.reports(ReportKind.LOCK_LEAK).getFirst();
        assertTrue(leak.what().startsWith("interrupt vector"), leak.text());
        assertEquals(1, log.count(ReportKind.PREEMPT_LEAK), "the lock's preempt count");
    }
}
