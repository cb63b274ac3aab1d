package org.irqlab.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.path.PathModel;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What a kernel thread that waits for requests spends on its ways to and from sleep. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ThreadWaysTest {
    private static final long START_NS = 2_000_000;
    private static final long LEAVE_NS = 3_000_000;

    /** At most this of a path is irqlab's own code behind it. */
    private static final long OWN_CODE_NS = 10_000;

    private final ConcurrentLinkedQueue<String> ways = new ConcurrentLinkedQueue<>();
    private final AtomicInteger runs = new AtomicInteger();
    private final ThreadRequest request = new ThreadRequest();

    // By the thread; read in an interrupt of its CPU.
    private long startedAfterNs;
    private long workEndNs;

    private TestMachine machine() {
        return new TestMachine(
                MachineSpec.unpinned(1).withWorkersPerPool(1).withPaths(cpu -> new Ways()));
    }

    private Task thread(TestMachine machine, int requestsDuringRun) {
        return machine.kernelThread(
                0,
                "asked/0",
                TaskPolicy.FIFO_50,
                self -> {
                    while (true) {
                        request.await(self);
                        startedAfterNs = HostClock.nowNs() - self.switchedInNs();
                        if (runs.incrementAndGet() <= requestsDuringRun) {
                            request.make();
                        }
                        workEndNs = HostClock.nowNs();
                        self.cpu().threadPaths().setWorkDueNs(workEndNs);
                    }
                });
    }

    private void ask(TestMachine machine, Task thread) {
        machine.inInterrupt(
                0,
                cpu -> {
                    if (request.make()) {
                        cpu.scheduler().wake(thread);
                    }
                });
    }

    private void awaitSleep(TestMachine machine, Task thread, int count) {
        Threads.await("runs=" + runs, () -> runs.get() == count);
        boolean[] asleep = {false};
        while (!asleep[0]) {
            machine.inInterrupt(0, cpu -> asleep[0] = thread.asleep());
        }
    }

    @Test
    void threadSpendsBothWaysWhenItSleptBetween() {
        try (var machine = machine()) {
            Task thread = thread(machine, 0);
            machine.start();
            awaitSleep(machine, thread, 0);
            assertEquals(List.of("leave to idle"), List.copyOf(ways));
            ask(machine, thread);
            awaitSleep(machine, thread, 1);
            assertEquals(List.of("leave to idle", "start", "leave to idle"), List.copyOf(ways));
            long[] ns = new long[1];
            machine.inInterrupt(0, cpu -> ns[0] = startedAfterNs);
            assertTrue(ns[0] >= START_NS, "started after " + ns[0]);
        }
    }

    @Test
    void threadThatIsAskedDuringItsRunSpendsNeither() {
        try (var machine = machine()) {
            Task thread = thread(machine, 3);
            machine.start();
            awaitSleep(machine, thread, 0);
            ask(machine, thread);
            awaitSleep(machine, thread, 4);
            assertEquals(List.of("leave to idle", "start", "leave to idle"), List.copyOf(ways));
        }
    }

    @Test
    void threadLeavesToTheTaskThatItPreempted() {
        try (var machine = machine()) {
            Task thread = thread(machine, 0);
            Task hog =
                    machine.userTask(
                            0,
                            "hog",
                            self -> {
                                while (true) {
                                    self.cpu().burn(10_000);
                                }
                            });
            machine.start();
            awaitSleep(machine, thread, 0);
            ways.clear();
            ask(machine, thread);
            awaitSleep(machine, thread, 1);
            assertEquals(List.of("start", "leave"), List.copyOf(ways));
            long[] ns = new long[1];
            machine.inInterrupt(0, cpu -> ns[0] = hog.switchedInNs() - workEndNs);
            assertTrue(ns[0] >= LEAVE_NS - OWN_CODE_NS, "left after " + ns[0]);
        }
    }

    @Test
    void workIsDueWhenItWasToEndUnlessThatIsLongAgo() {
        try (var machine = machine().start()) {
            KernelCpu cpu = machine.cpu(0);
            long late = lateness(machine, 5_000);
            assertEquals(5_000, late, "a little overdue: what follows begins where it was to end");
            long[] due = new long[2];
            machine.inInterrupt(
                    0,
                    here -> {
                        due[0] = HostClock.nowNs();
                        cpu.threadPaths().setWorkDueNs(due[0] - 1_000_000);
                        due[1] = cpu.threadPaths().workDueNs();
                    });
            assertTrue(due[1] >= due[0], "long ago: not for irqlab's own code");
            machine.inInterrupt(
                    0,
                    here -> {
                        cpu.threadPaths()
                                .setWorkDueNs(HostClock.nowNs() + TimeUnit.HOURS.toNanos(1));
                        due[1] = cpu.threadPaths().workDueNs();
                        due[0] = HostClock.nowNs();
                    });
            assertTrue(due[1] <= due[0], "never in the future");
        }
    }

    /** Returns how long ago work is due that was to end so long ago, if the host lets it ask. */
    private static long lateness(TestMachine machine, long agoNs) {
        long[] ns = new long[2];
        do {
            machine.inInterrupt(
                    0,
                    cpu -> {
                        long now = HostClock.nowNs();
                        cpu.threadPaths().setWorkDueNs(now - agoNs);
                        ns[0] = now - cpu.threadPaths().workDueNs();
                        ns[1] = HostClock.nowNs() - now;
                    });
        } while (ns[1] > 20_000);
        return ns[0];
    }

    private final class Ways implements PathModel {
        @Override
        public long threadStartNs() {
            ways.add("start");
            return START_NS;
        }

        @Override
        public long threadLeaveNs(boolean toIdle) {
            ways.add(toIdle ? "leave to idle" : "leave");
            return LEAVE_NS;
        }
    }
}
