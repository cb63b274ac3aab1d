package org.irqlab.kernel.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestDevice;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A machine from its first thread to its last. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MachineTest {
    private final Threads threads = Threads.now();

    private static Machine machine(MachineSpec spec) {
        var halts = Stream.generate(HaltLine::new).limit(spec.cpus()).toList();
        return new Machine(spec, new ApicController(halts), halts, IdleListener.NONE);
    }

    @Test
    void startsOnce() {
        try (var machine = machine(MachineSpec.unpinned(1))) {
            machine.start();
            var bug = assertThrows(IllegalStateException.class, machine::start);
            assertEquals("a machine starts once", bug.getMessage());
        }
        threads.assertNoneLeft();
    }

    @Test
    void isClosedAsOftenAsOneLikes() {
        var machine = machine(MachineSpec.unpinned(2));
        machine.start();
        machine.close();
        threads.assertNoneLeft();
        machine.close();
        assertThrows(IllegalStateException.class, machine::start);
        threads.assertNoneLeft();
    }

    @Test
    void leavesNothingWhenItIsClosedBeforeItsStart() {
        machine(MachineSpec.unpinned(2)).close();
        threads.assertNoneLeft();
    }

    @Test
    void doesNotStartOnceItIsClosed() {
        var machine = machine(MachineSpec.unpinned(2));
        machine.close();
        var bug = assertThrows(IllegalStateException.class, machine::start);
        assertEquals("the machine was closed before it was started", bug.getMessage());
        threads.assertNoneLeft();
        machine.close();
    }

    @Test
    void showsThreadsAsLinuxNamesThem() {
        var m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(2));
        try (m) {
            var device = new TestDevice(m.machine(), 1);
            m.machine()
                    .irqs()
                    .requestThreaded(
                            device.line(45, 0, 1),
                            "nic0-rx0",
                            0,
                            cpu -> IrqReturn.WAKE_THREAD,
                            cpu -> IrqReturn.HANDLED,
                            m.cpu(1),
                            m.machine().newPid());
            m.start();
            Set<String> expected = new TreeSet<>(List.of("irq/45-nic0-rx0"));
            for (int cpu = 0; cpu < 2; cpu++) {
                expected.addAll(List.of("cpu/" + cpu, "ksoftirqd/" + cpu));
                for (int worker = 0; worker < 2; worker++) {
                    expected.add("kworker/" + cpu + ":" + worker);
                    expected.add("kworker/" + cpu + ":" + worker + "H");
                    expected.add("kworker/u8:" + worker);
                }
            }
            assertEquals(expected, threads.since());
            assertEquals(expected.size() - 2, m.machine().tasks().size(), "all but the idle ones");
        }
        threads.assertNoneLeft();
    }

    @Test
    void givesEveryTaskAPidOfItsOwn() {
        var machine = machine(MachineSpec.unpinned(2).withFirstPid(1_000));
        Task task = machine.newTask(0, "user", TaskPolicy.NORMAL, false, self -> {});
        var pids = new TreeSet<Integer>();
        machine.tasks().forEach(each -> pids.add(each.pid()));
        assertEquals(machine.tasks().size(), pids.size());
        assertTrue(pids.first() >= 1_000);
        assertFalse(pids.contains(machine.newPid()));
        assertTrue(pids.contains(task.pid()));
    }

    @Test
    void endsTasksWhereverTheyAre() {
        try (var m = new TestMachine(2)) {
            var started = new boolean[2];
            for (int cpu = 0; cpu < 2; cpu++) {
                int me = cpu;
                m.userTask(
                        cpu,
                        "burns/" + cpu,
                        self -> {
                            started[me] = true;
                            self.cpu().burn(Long.MAX_VALUE / 2);
                        });
                // Wants the CPU and does not get it.
                m.kernelThread(cpu, "waits/" + cpu, TaskPolicy.fair(19), self -> {});
                m.sleeper(cpu, "never-woken/" + cpu, TaskPolicy.NORMAL, self -> {});
            }
            Task sleeper =
                    m.kernelThread(
                            0,
                            "sleeps/0",
                            TaskPolicy.FIFO_50,
                            self -> {
                                self.prepareToSleep('D');
                                self.cpu().scheduler().schedule();
                            });
            m.start();
            Threads.await("asleep", sleeper::asleep);
        }
        threads.assertNoneLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void isStoppedWithTheCauseByATaskThatFails(int cpu) {
        var cause = new ArithmeticException("wrong sum");
        var m = new TestMachine(2);
        m.kernelThread(
                1 - cpu, "burns", TaskPolicy.NORMAL, self -> self.cpu().burn(60_000_000_000L));
        m.kernelThread(
                cpu,
                "fails",
                TaskPolicy.NORMAL,
                self -> {
                    self.cpu().burn(1_000_000);
                    throw cause;
                });
        m.start();
        Threads.await("failure", () -> m.machine().smp().failure() != null);
        for (int i = 0; i < 2; i++) {
            var failure = assertThrows(IllegalStateException.class, m::close);
            assertEquals("machine failed", failure.getMessage());
            assertSame(cause, failure.getCause());
        }
        threads.assertNoneLeft();
    }

    @Test
    void keepsTheFirstOfTwoFailures() {
        var m = new TestMachine(1);
        m.start();
        var first = new IllegalArgumentException("first");
        m.machine().smp().fail(first);
        m.machine().smp().fail(new IllegalArgumentException("second"));
        assertSame(first, assertThrows(IllegalStateException.class, m::close).getCause());
        threads.assertNoneLeft();
    }

    @Test
    void refusesAControllerOfAnotherSize() {
        var halts = List.of(new HaltLine());
        var controller = new ApicController(halts);
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new Machine(
                                        MachineSpec.unpinned(2),
                                        controller,
                                        halts,
                                        IdleListener.NONE));
        assertEquals("cpus=2 != controller's 1", refused.getMessage());
    }

    @Test
    void keepsWhatElseASpecSaysWhenOnePartIsChanged() {
        var spec = MachineSpec.pinned(1, 0).withTrace(64).withFirstPid(9).withWorkersPerPool(3);
        assertEquals(2, spec.cpus());
        assertEquals(64, spec.traceCapacity());
        assertEquals(9, spec.firstPid());
        assertEquals(3, spec.withPaths(spec.paths()).workers().perPool());
        assertEquals(1, spec.withScheduling(spec.scheduling()).hostCores()[0]);
    }

    @Test
    void startsAndStopsManyTimesWithoutLeavingAThread() {
        for (int i = 0; i < 50; i++) {
            try (var m = new TestMachine(MachineSpec.unpinned(1 + i % 2).withWorkersPerPool(1))) {
                m.start();
                if (i % 3 == 0) {
                    m.inInterrupt(0, cpu -> {});
                }
            }
        }
        threads.assertNoneLeft();
    }
}
