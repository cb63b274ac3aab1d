package org.irqlab.kernel.locking;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.kernel.boot.MachineSpec;
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

/** Priority inheritance on the run queues of a machine. */
@Timeout(90)
class RtMutexTest {
    private static final TaskPolicy LOW = TaskPolicy.NORMAL;
    private static final TaskPolicy MEDIUM = TaskPolicy.fifo(20);
    private static final TaskPolicy HIGH = TaskPolicy.fifo(50);

    private final TestMachine m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
    private final List<String> order = new CopyOnWriteArrayList<>();
    private final AtomicInteger ended = new AtomicInteger();

    @AfterEach
    void close() {
        m.close();
    }

    private void burnWithPoints(Task self, AtomicBoolean until) {
        while (!until.get()) {
            self.cpu().burn(2_000);
            self.cpu().scheduler().reschedulePoint();
        }
    }

    private Task sleeper(int cpu, String name, TaskPolicy policy, Consumer<Task> body) {
        return m.sleeper(
                cpu,
                name,
                policy,
                self -> {
                    body.accept(self);
                    order.add(name);
                    ended.incrementAndGet();
                });
    }

    private void wake(int cpu, Task task) {
        m.inInterrupt(cpu, here -> here.scheduler().wake(task));
    }

    /** B-25: low owns the lock, medium hogs low's CPU, high waits on {@code cpuOfHigh}. */
    private void invert(boolean inheritance, int cpuOfHigh) {
        var mutex = new RtMutex(new PriorityInheritance(inheritance), new Lockdep(), "rt");
        var owned = new AtomicBoolean();
        var release = new AtomicBoolean();
        var enough = new AtomicBoolean();
        Task low =
                sleeper(
                        0,
                        "low",
                        LOW,
                        self -> {
                            mutex.lock(self);
                            owned.set(true);
                            burnWithPoints(self, release);
                            mutex.unlock(self);
                            self.cpu().scheduler().reschedulePoint();
                        });
        var mediumRuns = new AtomicBoolean();
        Task medium =
                sleeper(
                        0,
                        "medium",
                        MEDIUM,
                        self -> {
                            mediumRuns.set(true);
                            burnWithPoints(self, enough);
                        });
        Task high =
                sleeper(
                        cpuOfHigh,
                        "high",
                        HIGH,
                        self -> {
                            mutex.lock(self);
                            mutex.unlock(self);
                        });
        m.start();
        wake(0, low);
        Threads.await("owned", owned::get);
        wake(cpuOfHigh, high);
        Threads.await("high waits", high::asleep);
        wake(0, medium);
        if (!inheritance) {
            // Low must not come to the end of its critical section before it is preempted.
            Threads.await("medium runs", mediumRuns::get);
        }
        release.set(true);
        if (inheritance) {
            Threads.await("high has it", () -> order.contains("high"));
            enough.set(true);
        } else {
            // Nothing but medium's end lets low go on; it comes at low's next reschedule point.
            Threads.await("medium runs", () -> m.cpu(0).current() == medium);
            assertEquals(List.of(), order);
            enough.set(true);
        }
        Threads.await("all end", () -> ended.get() == 3);
        assertEquals(LOW, low.policy(), "as before");
        assertEquals(inheritance ? "high" : "medium", order.getFirst());
        assertEquals(List.of(), m.machine().smp().log().reports());
    }

    @Test
    void letsAMediumTaskStopAHighOneWithoutInheritance() {
        invert(false, 0);
    }

    @Test
    void boundsTheWaitByTheCriticalSectionWithInheritance() {
        invert(true, 0);
    }

    @Test
    void lendsPriorityToATaskOfAnotherCpu() {
        invert(true, 1);
    }

    @Test
    void lendsAlongAChainAndTakesItBack() {
        var inheritance = new PriorityInheritance(true);
        var first = new RtMutex(inheritance, new Lockdep(), "first");
        var second = new RtMutex(inheritance, new Lockdep(), "second");
        var release = new AtomicBoolean();
        Task low =
                sleeper(
                        0,
                        "low",
                        LOW,
                        self -> {
                            first.lock(self);
                            burnWithPoints(self, release);
                            first.unlock(self);
                        });
        Task middle =
                sleeper(
                        1,
                        "middle",
                        MEDIUM,
                        self -> {
                            second.lock(self);
                            first.lock(self);
                            first.unlock(self);
                            second.unlock(self);
                        });
        Task high =
                sleeper(
                        1,
                        "high",
                        HIGH,
                        self -> {
                            second.lock(self);
                            second.unlock(self);
                        });
        m.start();
        wake(0, low);
        Threads.await("first is owned", () -> first.owner() == low);
        wake(1, middle);
        Threads.await("middle waits", middle::asleep);
        Threads.await("low has middle's", () -> low.policy().equals(MEDIUM));
        wake(1, high);
        Threads.await("low has high's", () -> low.policy().equals(HIGH));
        release.set(true);
        Threads.await("all end", () -> ended.get() == 3);
        assertEquals(MEDIUM, middle.policy());
        assertEquals(LOW, low.policy());
    }

    @Test
    void servesTheMostUrgentFirst() {
        var mutex = new RtMutex(new PriorityInheritance(true), new Lockdep(), "rt");
        var release = new AtomicBoolean();
        Task owner =
                sleeper(
                        0,
                        "owner",
                        LOW,
                        self -> {
                            mutex.lock(self);
                            burnWithPoints(self, release);
                            mutex.unlock(self);
                        });
        var waiters = new ArrayList<Task>();
        for (var policy :
                List.of(
                        TaskPolicy.fair(-5),
                        TaskPolicy.fifo(10),
                        TaskPolicy.fifo(30),
                        TaskPolicy.fair(0))) {
            String name = "waiter " + policy.kernelPrio();
            waiters.add(
                    sleeper(
                            1,
                            name,
                            policy,
                            self -> {
                                mutex.lock(self);
                                order.add("got " + policy.kernelPrio());
                                mutex.unlock(self);
                            }));
        }
        m.start();
        wake(0, owner);
        Threads.await("owned", () -> mutex.owner() == owner);
        for (Task waiter : waiters) {
            wake(1, waiter);
            Threads.await(waiter.name(), waiter::asleep);
        }
        release.set(true);
        Threads.await("all end", () -> ended.get() == 5);
        assertEquals(
                List.of("got 69", "got 89", "got 115", "got 120"),
                order.stream().filter(line -> line.startsWith("got")).toList());
    }

    @Test
    void reportsACircleOfTwoTasks() {
        var inheritance = new PriorityInheritance(true);
        var one = new RtMutex(inheritance, Lockdep.OFF, "one");
        var other = new RtMutex(inheritance, Lockdep.OFF, "other");
        Task a =
                sleeper(
                        0,
                        "a",
                        LOW,
                        self -> {
                            one.lock(self);
                            while (other.owner() == null) {
                                self.cpu().burn(1_000);
                                Thread.yield();
                            }
                            other.lock(self);
                        });
        Task b =
                sleeper(
                        1,
                        "b",
                        LOW,
                        self -> {
                            other.lock(self);
                            one.lock(self);
                        });
        m.start();
        wake(0, a);
        Threads.await("one is owned", () -> one.owner() == a);
        wake(1, b);
        var log = m.machine().smp().log();
        Threads.await("reported", () -> log.count(ReportKind.LOCK_RECURSION) == 1);
    }
}
