package org.irqlab.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.fair.FairProfile;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * When a more urgent task gets the CPU: an interrupt of the running task wakes it, and the running
 * task says where it noticed.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class PreemptionTest {
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    private volatile boolean started;
    private volatile boolean woken;

    private TestMachine machine(PreemptModel model) {
        var settings =
                new SchedulerSettings(model, FairProfile.DEFAULT, 4_000_000, IdlePolicy.HALT);
        return new TestMachine(
                MachineSpec.unpinned(1).withWorkersPerPool(1).withScheduling(settings));
    }

    /** Runs {@code low} until an interrupt has woken the urgent task; returns who did what. */
    private List<String> race(PreemptModel model, boolean kernelThread, Consumer<Task> low) {
        try (var m = machine(model)) {
            Task urgent = m.sleeper(0, "urgent/0", TaskPolicy.FIFO_50, self -> log.add("urgent"));
            Consumer<Task> body =
                    self -> {
                        low.accept(self);
                        log.add("end");
                    };
            Task task =
                    kernelThread
                            ? m.kernelThread(0, "low/0", TaskPolicy.NORMAL, body)
                            : m.userTask(0, "low", body);
            m.start();
            Threads.await("low runs", () -> started);
            m.inInterrupt(
                    0,
                    cpu -> {
                        cpu.scheduler().wake(urgent);
                        woken = true;
                    });
            Threads.await("low ends", () -> !task.thread().isAlive());
            Threads.await("urgent ends", () -> !urgent.thread().isAlive());
            return List.copyOf(log);
        }
    }

    private void untilWoken(Task self) {
        started = true;
        while (!woken) {
            self.cpu().burn(500);
        }
        log.add("noticed");
    }

    @Test
    void leavesAKernelThreadAloneWithoutKernelPreemption() {
        assertEquals(
                List.of("noticed", "end", "urgent"),
                race(PreemptModel.NONE, true, this::untilWoken));
    }

    @Test
    void leavesAKernelThreadAloneBetweenVoluntaryPoints() {
        assertEquals(
                List.of("noticed", "urgent", "after", "end"),
                race(
                        PreemptModel.VOLUNTARY,
                        true,
                        self -> {
                            untilWoken(self);
                            self.cpu().scheduler().reschedulePoint();
                            log.add("after");
                        }));
    }

    @Test
    void preemptsAUserTaskAtTheEndOfTheInterrupt() {
        assertEquals(
                List.of("urgent", "noticed", "end"),
                race(PreemptModel.NONE, false, this::untilWoken));
    }

    @Test
    void leavesAUserTaskAloneInASystemCall() {
        assertEquals(
                List.of("noticed", "urgent", "back", "end"),
                race(
                        PreemptModel.NONE,
                        false,
                        self -> {
                            self.setInSyscall(true);
                            untilWoken(self);
                            self.setInSyscall(false);
                            self.cpu().scheduler().reschedulePoint();
                            log.add("back");
                        }));
    }

    @Test
    void preemptsAKernelThreadAtTheEndOfTheInterruptUnderFullPreemption() {
        assertEquals(
                List.of("urgent", "noticed", "end"),
                race(PreemptModel.FULL, true, this::untilWoken));
    }

    @Test
    void waitsForTheOutermostPreemptEnable() {
        assertEquals(
                List.of("noticed", "one", "urgent", "none", "end"),
                race(
                        PreemptModel.FULL,
                        true,
                        self -> {
                            KernelCpu cpu = self.cpu();
                            cpu.preemptDisable();
                            cpu.preemptDisable();
                            untilWoken(self);
                            cpu.preemptEnable();
                            log.add("one");
                            cpu.preemptEnable();
                            log.add("none");
                        }));
    }

    @Test
    void waitsForTheBottomHalfEnable() {
        assertEquals(
                List.of("noticed", "urgent", "enabled", "end"),
                race(
                        PreemptModel.FULL,
                        true,
                        self -> {
                            KernelCpu cpu = self.cpu();
                            cpu.bhDisable();
                            untilWoken(self);
                            cpu.bhEnable();
                            log.add("enabled");
                        }));
    }

    @Test
    void doesNotPreemptAtAnEnableWithoutKernelPreemption() {
        assertEquals(
                List.of("noticed", "enabled", "end", "urgent"),
                race(
                        PreemptModel.NONE,
                        true,
                        self -> {
                            KernelCpu cpu = self.cpu();
                            cpu.bhDisable();
                            cpu.preemptDisable();
                            untilWoken(self);
                            cpu.preemptEnable();
                            cpu.bhEnable();
                            log.add("enabled");
                        }));
    }

    @Test
    void preemptsTheWakerItselfUnderFullPreemption() {
        assertEquals(List.of("waker", "urgent", "after"), wakeFromTask(PreemptModel.FULL));
    }

    @Test
    void letsTheWakerGoOnWithoutKernelPreemption() {
        assertEquals(List.of("waker", "after", "urgent"), wakeFromTask(PreemptModel.NONE));
    }

    private List<String> wakeFromTask(PreemptModel model) {
        try (var m = machine(model)) {
            Task urgent = m.sleeper(0, "urgent/0", TaskPolicy.FIFO_50, self -> log.add("urgent"));
            m.kernelThread(
                    0,
                    "waker/0",
                    TaskPolicy.NORMAL,
                    self -> {
                        log.add("waker");
                        self.cpu().scheduler().wake(urgent);
                        log.add("after");
                    });
            m.start();
            Threads.await("both ran", () -> log.size() == 3);
            return List.copyOf(log);
        }
    }

    @Test
    void letsAFifoTaskOfTheSamePriorityWait() {
        assertEquals(List.of("noticed", "end", "other"), raceFifo(50));
    }

    @Test
    void preemptsAFifoTaskForAHigherPriorityOnly() {
        assertEquals(List.of("other", "noticed", "end"), raceFifo(51));
    }

    private List<String> raceFifo(int priority) {
        try (var m = machine(PreemptModel.FULL)) {
            Task other =
                    m.sleeper(0, "other/0", TaskPolicy.fifo(priority), self -> log.add("other"));
            m.kernelThread(
                    0,
                    "low/0",
                    TaskPolicy.FIFO_50,
                    self -> {
                        untilWoken(self);
                        log.add("end");
                    });
            m.start();
            Threads.await("low runs", () -> started);
            m.inInterrupt(
                    0,
                    cpu -> {
                        cpu.scheduler().wake(other);
                        woken = true;
                    });
            Threads.await("all ran", () -> log.size() == 3);
            return List.copyOf(log);
        }
    }

    @Test
    void sharesACpuAmongFairTasksByTheTick() {
        try (var m = machine(PreemptModel.NONE)) {
            var stop = new boolean[1];
            long[] rounds = new long[2];
            for (int i = 0; i < 2; i++) {
                int me = i;
                m.userTask(
                        0,
                        "hog" + i,
                        self -> {
                            while (!stop[0]) {
                                self.cpu().burn(10_000);
                                rounds[me]++;
                            }
                        });
            }
            m.machine().timer(0).armPeriodic(HostClock.nowNs(), 4_000_000);
            m.start();
            boolean[] both = {false};
            while (!both[0]) {
                m.inInterrupt(0, cpu -> both[0] = rounds[0] > 100 && rounds[1] > 100);
            }
            m.inInterrupt(0, cpu -> stop[0] = true);
        }
    }
}
