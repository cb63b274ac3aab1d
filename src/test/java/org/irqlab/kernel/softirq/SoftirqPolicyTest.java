package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Where softirqs run under each policy, and what is said of those that nobody runs. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SoftirqPolicyTest {
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());

    private static TestMachine machine(SoftirqPolicy policy) {
        return new TestMachine(
                MachineSpec.unpinned(1)
                        .withWorkersPerPool(1)
                        .withSoftirqs(SoftirqSettings.linux618().withPolicy(policy)));
    }

    private void noteContext(TestMachine m, SoftirqVector vector) {
        m.machine()
                .setSoftirqAction(vector, cpu -> log.add(vector + " " + SoftirqRig.context(cpu)));
    }

    /**
     * A task raises NET_RX, so that ksoftirqd is runnable, and is interrupted with another raise.
     */
    private void interruptWithKsoftirqdAwake(SoftirqPolicy policy, SoftirqVector second) {
        try (TestMachine m = machine(policy)) {
            noteContext(m, SoftirqVector.NET_RX);
            noteContext(m, second);
            var softirqs = m.machine().softirqs(0);
            m.machine()
                    .irqs()
                    .setSystemHandler(
                            SoftirqRig.NESTED_VECTOR,
                            cpu -> softirqs.raiseIrqsOff(second),
                            null,
                            null);
            m.kernelThread(
                    0,
                    "driver",
                    TaskPolicy.FIFO_50,
                    self -> {
                        softirqs.raise(SoftirqVector.NET_RX);
                        SoftirqRig.takeNested(self.cpu());
                        log.add("task goes on");
                    });
            m.start();
            Threads.await("all ran", () -> log.size() == 3);
        }
    }

    @Test
    void runsAtInterruptExitThoughKsoftirqdIsAwake() {
        interruptWithKsoftirqdAwake(SoftirqPolicy.INLINE, SoftirqVector.BLOCK);
        assertEquals(
                List.of("NET_RX softirq on driver", "BLOCK softirq on driver", "task goes on"),
                log);
    }

    @Test
    void leavesAllToARunnableKsoftirqdUnderTheOlderPolicy() {
        interruptWithKsoftirqdAwake(SoftirqPolicy.KSOFTIRQD_FIRST, SoftirqVector.BLOCK);
        assertEquals(
                List.of(
                        "task goes on",
                        "NET_RX softirq on ksoftirqd/0",
                        "BLOCK softirq on ksoftirqd/0"),
                log);
    }

    @Test
    void doesNotHoldTaskletsBackUnderTheOlderPolicy() {
        interruptWithKsoftirqdAwake(SoftirqPolicy.KSOFTIRQD_FIRST, SoftirqVector.TASKLET);
        assertEquals(
                List.of("NET_RX softirq on driver", "TASKLET softirq on driver", "task goes on"),
                log);
    }

    @Test
    void losesNothingUnderTheOlderPolicyWhenKsoftirqdGoesToSleep() {
        try (TestMachine m = machine(SoftirqPolicy.KSOFTIRQD_FIRST)) {
            noteContext(m, SoftirqVector.BLOCK);
            m.start();
            for (int i = 0; i < 300; i++) {
                int expected = i + 1;
                m.inInterrupt(0, cpu -> m.machine().softirqs(0).raise(SoftirqVector.BLOCK));
                Threads.await("run", () -> log.size() == expected);
            }
        }
    }

    @Test
    void wakesKsoftirqdAtInterruptExitWhereThreadsAreForced() {
        try (TestMachine m = machine(SoftirqPolicy.NOT_AT_INTERRUPT_EXIT)) {
            noteContext(m, SoftirqVector.BLOCK);
            m.start();
            m.inInterrupt(0, cpu -> m.machine().softirqs(0).raise(SoftirqVector.BLOCK));
            Threads.await("ran", () -> log.size() == 1);
            assertEquals(List.of("BLOCK softirq on ksoftirqd/0"), log);
            assertEquals(1, m.machine().softirqs(0).counts().heldBack());
        }
    }

    @Test
    void saysTenTimesThatACpuGoesIdleWithASoftirqPending() {
        try (TestMachine m = machine(SoftirqPolicy.INLINE)) {
            noteContext(m, SoftirqVector.NET_RX);
            var softirqs = m.machine().softirqs(0);
            m.kernelThread(
                    0,
                    "driver",
                    TaskPolicy.FIFO_50,
                    self -> {
                        for (int i = 0; i < 14; i++) {
                            boolean irqs = self.cpu().hw().irqSave();
                            softirqs.raiseIrqsOff(SoftirqVector.NET_RX);
                            self.cpu().hw().irqRestore(irqs);
                            // Nobody knows: only the interrupt that ends the sleep finds it.
                            m.sleep(self, 300_000);
                        }
                        log.add("end");
                    });
            m.start();
            Threads.await("end", () -> log.contains("end"));
            var reports = m.machine().smp().log().reports(ReportKind.SOFTIRQ_PENDING_AT_IDLE);
            assertEquals(10, reports.size());
            assertEquals("handler #08", reports.getFirst().what());
        }
    }

    @Test
    void reportsAnActionThatChangesThePreemptCount() {
        try (TestMachine m = machine(SoftirqPolicy.INLINE)) {
            m.machine()
                    .setSoftirqAction(
                            SoftirqVector.HRTIMER,
                            cpu -> {
                                cpu.preemptDisable();
                                log.add("ran");
                            });
            m.start();
            m.inInterrupt(0, cpu -> m.machine().softirqs(0).raise(SoftirqVector.HRTIMER));
            Threads.await("ran", () -> log.size() == 1);
            m.inInterrupt(0, cpu -> assertEquals(1, cpu.leakedContexts()));
            var reports = m.machine().smp().log().reports(ReportKind.PREEMPT_LEAK);
            assertEquals("softirq HRTIMER", reports.getFirst().what());
            assertEquals(
                    List.of("entered with preempt_count 00000100, exited with 00000101"),
                    reports.getFirst().details());
        }
    }

    @Test
    void runsWhatWasAddedToAVectorBeforeItsTasklets() {
        try (TestMachine m = machine(SoftirqPolicy.INLINE)) {
            m.machine().addSoftirqActionFirst(SoftirqVector.TASKLET, cpu -> log.add("work"));
            m.start();
            var tasklet = new Tasklet(cpu -> log.add("tasklet"), 1, 0);
            m.inInterrupt(0, cpu -> assertTrue(m.machine().tasklets(0).schedule(tasklet)));
            Threads.await("ran", () -> log.size() == 2);
            assertEquals(List.of("work", "tasklet"), log);
        }
    }
}
