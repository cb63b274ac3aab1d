package org.irqlab.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Who is charged for what when a wake asks for a switch. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RunQueueClockTest {
    private static final int ROUNDS = 40;
    private static final long BURN_NS = 200_000;

    /** More than any slice: the running task has lost its protection. */
    private static final long BETWEEN_NS = 10_000_000;

    private final AtomicInteger burnt = new AtomicInteger();
    private long preemptions;

    private Task urgent(TestMachine machine) {
        return machine.sleeper(
                0,
                "urgent",
                TaskPolicy.fair(-20),
                self -> {
                    while (true) {
                        self.cpu().burn(BURN_NS);
                        burnt.incrementAndGet();
                        self.prepareToSleep('S');
                        self.cpu().scheduler().schedule();
                    }
                });
    }

    private void wakeEachRound(TestMachine machine, Task hog, Task urgent)
            throws InterruptedException {
        for (int round = 1; round <= ROUNDS; round++) {
            TimeUnit.NANOSECONDS.sleep(BETWEEN_NS);
            machine.inInterrupt(
                    0,
                    cpu -> {
                        boolean hogRuns = cpu.current() == hog;
                        cpu.scheduler().wake(urgent);
                        preemptions += hogRuns && cpu.scheduler().needResched() ? 1 : 0;
                    });
            int rounds = round;
            Threads.await("burnt=" + burnt, () -> burnt.get() == rounds);
            boolean[] asleep = {false};
            while (!asleep[0]) {
                machine.inInterrupt(0, cpu -> asleep[0] = urgent.asleep());
            }
        }
    }

    @Test
    void taskThatPreemptsByAWakeAndSleepsIsChargedForItsRun() throws InterruptedException {
        try (var machine = new TestMachine(MachineSpec.unpinned(1).withWorkersPerPool(1))) {
            Task hog =
                    machine.userTask(
                            0,
                            "hog",
                            self -> {
                                while (true) {
                                    self.cpu().burn(10_000);
                                }
                            });
            Task urgent = urgent(machine);
            machine.start();
            wakeEachRound(machine, hog, urgent);
            long[] chargedNs = new long[1];
            machine.inInterrupt(0, cpu -> chargedNs[0] = urgent.entity().sumExecNs());
            assertEquals(ROUNDS, preemptions);
            assertTrue(
                    chargedNs[0] >= ROUNDS * BURN_NS / 2,
                    "charged " + chargedNs[0] + " for " + ROUNDS + " × " + BURN_NS);
        }
    }
}
