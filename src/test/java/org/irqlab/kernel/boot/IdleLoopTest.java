package org.irqlab.kernel.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.kernel.sched.SchedulerSettings;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestDevice;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** What an idle CPU misses, in each way of being idle: nothing. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class IdleLoopTest {
    private static final int FAST = 5_000;
    private static final int SLOW = 60;
    // Longer than HALT_POLL spins.
    private static final long PAUSE_NS = 200_000;

    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger idlePeriods = new AtomicInteger();

    private Machine machine(IdlePolicy policy) {
        var halts = List.of(new HaltLine());
        var spec =
                MachineSpec.unpinned(1)
                        .withWorkersPerPool(1)
                        .withScheduling(SchedulerSettings.linux618().withIdle(policy));
        return new Machine(
                spec, new ApicController(halts), halts, cpu -> idlePeriods.incrementAndGet());
    }

    private TestDevice device(Machine machine) {
        var device = new TestDevice(machine, 1);
        machine.irqs()
                .request(
                        device.line(45, 0, 0),
                        "dev0",
                        0,
                        cpu -> {
                            taken.incrementAndGet();
                            return IrqReturn.HANDLED;
                        });
        return device;
    }

    private void awaitTaken(long latched) {
        Threads.await("taken " + latched, () -> taken.get() == latched);
    }

    @ParameterizedTest
    @EnumSource
    void takesEveryInterruptThatWasLatched(IdlePolicy policy) {
        var machine = machine(policy);
        try (machine) {
            TestDevice device = device(machine);
            machine.start();
            for (int i = 0; i < FAST; i++) {
                device.fire(0);
            }
            awaitTaken(device.counts().of(FireOutcome.LATCHED));
        }
        assertTrue(machine.idleNs(0) >= 0);
    }

    @ParameterizedTest
    @EnumSource
    void takesAnInterruptAfterALongIdleTime(IdlePolicy policy) {
        var machine = machine(policy);
        try (machine) {
            TestDevice device = device(machine);
            machine.start();
            for (int i = 1; i <= SLOW; i++) {
                LockSupport.parkNanos(PAUSE_NS);
                assertEquals(FireOutcome.LATCHED, device.fire(0));
                awaitTaken(i);
            }
        }
        assertTrue(machine.idleNs(0) >= SLOW * PAUSE_NS / 2, "idle for " + machine.idleNs(0));
    }

    @ParameterizedTest
    @EnumSource
    void tellsItsListenerAtTheEndOfEveryBusyPeriod(IdlePolicy policy) {
        var machine = machine(policy);
        try (machine) {
            TestDevice device = device(machine);
            machine.start();
            Threads.await("first", () -> idlePeriods.get() == 1);
            for (int i = 1; i <= SLOW; i++) {
                int before = idlePeriods.get();
                device.fire(0);
                Threads.await("idle again", () -> idlePeriods.get() > before);
            }
            assertEquals(1 + SLOW, idlePeriods.get());
        }
    }

    @ParameterizedTest
    @EnumSource
    void givesTheCpuToATaskThatAnInterruptWakes(IdlePolicy policy) {
        var runs = new AtomicInteger();
        var machine = machine(policy);
        try (machine) {
            Task task =
                    machine.newTask(
                            0,
                            "woken",
                            TaskPolicy.NORMAL,
                            true,
                            self -> {
                                while (true) {
                                    runs.incrementAndGet();
                                    self.prepareToSleep('S');
                                    self.cpu().scheduler().schedule();
                                }
                            });
            var device = new TestDevice(machine, 1);
            machine.irqs()
                    .request(
                            device.line(45, 0, 0),
                            "dev0",
                            0,
                            cpu -> {
                                cpu.scheduler().wake(task);
                                return IrqReturn.HANDLED;
                            });
            machine.start();
            for (int i = 1; i <= SLOW; i++) {
                int expected = i;
                Threads.await("asleep", task::asleep);
                LockSupport.parkNanos(i % 2 * PAUSE_NS);
                device.fire(0);
                Threads.await("run " + i, () -> runs.get() == expected);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void takesTheLocalTimerWithoutAnyDevice(IdlePolicy policy) {
        var ticks = new AtomicInteger();
        var machine = machine(policy);
        try (machine) {
            int vector = machine.controller().vectors().localTimer();
            machine.irqs()
                    .setSystemHandler(
                            vector,
                            cpu -> {
                                machine.timer(0).interrupt();
                                ticks.incrementAndGet();
                            },
                            null,
                            null);
            machine.timer(0).armPeriodic(0, 2_000_000);
            machine.start();
            Threads.await("20 ticks", () -> ticks.get() >= 20);
        }
    }
}
