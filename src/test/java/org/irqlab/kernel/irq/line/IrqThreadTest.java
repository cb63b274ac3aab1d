package org.irqlab.kernel.irq.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.Checks;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestDevice;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Handlers whose second half is a thread. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class IrqThreadTest {
    private final TestMachine m = new TestMachine(2);
    private final TestDevice device = new TestDevice(m.machine(), 1);
    private final IrqDescriptor line = device.line(45, 0, 1);
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    private IrqThread request(IrqHandler topHalf, IrqHandler function) {
        return m.machine()
                .irqs()
                .requestThreaded(
                        line, "nic0-rx0", 0, topHalf, function, m.cpu(0), m.machine().newPid())
                .thread();
    }

    private IrqReturn note(String what, KernelCpu cpu, IrqReturn result) {
        log.add(
                "%s %06x %s %s"
                        .formatted(
                                what,
                                cpu.preemptCount(),
                                cpu.hw().irqsEnabled() ? "on" : "off",
                                cpu.current().name()));
        return result;
    }

    private void awaitLog(String... lines) {
        Threads.await(lines.length + " notes", () -> log.size() >= lines.length);
        assertEquals(List.of(lines), List.copyOf(log));
    }

    @Test
    void runsTheThreadInTaskContextAfterTheTopHalfOnTheCpuOfTheInterrupt() {
        IrqThread thread =
                request(
                        cpu -> note("top", cpu, IrqReturn.WAKE_THREAD),
                        cpu -> {
                            assertEquals(1, cpu.id());
                            return note("thread", cpu, IrqReturn.HANDLED);
                        });
        try (m) {
            m.start();
            device.fire(0);
            awaitLog("top 010000 off cpu/1", "thread 000000 on irq/45-nic0-rx0");
        }
        assertEquals(1, thread.runs());
        assertEquals(TaskPolicy.FIFO_50, thread.task().policy());
        assertEquals("irq/45-nic0-rx0", thread.task().thread().name());
    }

    @Test
    void leavesTheThreadAsleepWhenTheTopHalfHasHandledItAll() {
        IrqThread thread =
                request(
                        cpu -> note("top", cpu, IrqReturn.HANDLED),
                        cpu -> note("thread", cpu, IrqReturn.HANDLED));
        try (m) {
            m.start();
            device.fire(0);
            awaitLog("top 010000 off cpu/1");
            m.inInterrupt(1, cpu -> assertTrue(thread.task().asleep()));
        }
        assertEquals(0, thread.runs());
    }

    @Test
    void runsTheThreadOnceMoreForWakesDuringItsRun() {
        var runs = new AtomicInteger();
        var tops = new AtomicInteger();
        IrqThread thread =
                request(
                        cpu -> {
                            tops.incrementAndGet();
                            return IrqReturn.WAKE_THREAD;
                        },
                        cpu -> {
                            if (runs.incrementAndGet() == 1) {
                                // Three more interrupts, one after the other.
                                for (int i = 0; i < 3; i++) {
                                    device.fire(0);
                                    cpu.burn(5_000);
                                }
                                Checks.invariant(tops.get() == 4, "taken on top of the thread");
                            }
                            return IrqReturn.HANDLED;
                        });
        try (m) {
            m.start();
            device.fire(0);
            Threads.await("second run", () -> runs.get() == 2);
            Threads.await("asleep", () -> thread.task().asleep());
        }
        assertEquals(2, thread.runs());
        assertEquals(4, line.counts().handlerRuns());
    }

    @Test
    void preemptsAFairUserTaskAtTheEndOfTheInterrupt() {
        request(cpu -> IrqReturn.WAKE_THREAD, cpu -> note("thread", cpu, IrqReturn.HANDLED));
        m.userTask(
                1,
                "user",
                self -> {
                    device.fire(0);
                    self.cpu().burn(50_000);
                    log.add("user goes on");
                });
        try (m) {
            m.start();
            awaitLog("thread 000000 on irq/45-nic0-rx0", "user goes on");
        }
    }

    @Test
    void waitsForAKernelThreadWithoutKernelPreemption() {
        request(cpu -> IrqReturn.WAKE_THREAD, cpu -> note("thread", cpu, IrqReturn.HANDLED));
        m.kernelThread(
                1,
                "kthread",
                TaskPolicy.NORMAL,
                self -> {
                    device.fire(0);
                    self.cpu().burn(50_000);
                    log.add("kthread ends");
                });
        try (m) {
            m.start();
            awaitLog("kthread ends", "thread 000000 on irq/45-nic0-rx0");
        }
    }

    @Test
    void takesAnotherPolicyForItsThread() {
        var action =
                m.machine()
                        .irqs()
                        .requestThreaded(
                                line,
                                "nic0-rx0",
                                0,
                                cpu -> IrqReturn.WAKE_THREAD,
                                cpu -> note("thread", cpu, IrqReturn.HANDLED),
                                m.cpu(0),
                                77,
                                TaskPolicy.fair(-5));
        try (m) {
            m.start();
            device.fire(0);
            awaitLog("thread 000000 on irq/45-nic0-rx0");
        }
        assertEquals(TaskPolicy.fair(-5), action.thread().task().policy());
        assertEquals(77, action.thread().task().pid());
    }

    @Test
    void runsAtLeastOnceAfterTheLastWakeUnderAFlood() {
        var tops = new AtomicInteger();
        var seen = new AtomicInteger();
        IrqThread thread =
                request(
                        cpu -> {
                            tops.incrementAndGet();
                            return IrqReturn.WAKE_THREAD;
                        },
                        cpu -> {
                            seen.set(tops.get());
                            cpu.burn(3_000);
                            return IrqReturn.HANDLED;
                        });
        try (m) {
            m.start();
            for (int i = 0; i < 5_000; i++) {
                device.fire(0);
                if (i % 16 == 0) {
                    Thread.yield();
                }
            }
            long latched = device.counts().of(FireOutcome.LATCHED);
            Threads.await("all taken", () -> tops.get() == latched);
            Threads.await("all seen", () -> seen.get() == latched);
            Threads.await("asleep", () -> thread.task().asleep());
        }
        assertTrue(thread.runs() <= line.counts().handlerRuns());
        assertEquals(line.counts().handlerRuns(), line.counts().byCpu(1));
    }

    @Test
    void goesOnWhenItsFunctionThrows() {
        var runs = new AtomicInteger();
        IrqThread thread =
                request(
                        cpu -> IrqReturn.WAKE_THREAD,
                        cpu -> {
                            if (runs.incrementAndGet() == 1) {
                                cpu.preemptDisable();
                                throw new ArithmeticException("bad checksum");
                            }
                            return IrqReturn.HANDLED;
                        });
        try (m) {
            m.start();
            device.fire(0);
            Threads.await("first", () -> runs.get() == 1 && thread.task().asleep());
            device.fire(0);
            Threads.await("second", () -> runs.get() == 2 && thread.task().asleep());
        }
        assertEquals(1, m.machine().irqs().core().errors(IrqError.HANDLER_THREW));
        assertEquals(1, m.cpu(1).leakedContexts(), "its preempt count was put right");
    }

    @Test
    void stopsTheMachineForABugOfItsOwn() {
        var bug = new IllegalStateException("invariant broken");
        request(
                cpu -> IrqReturn.WAKE_THREAD,
                cpu -> {
                    throw bug;
                });
        m.start();
        device.fire(0);
        Threads.await("failure", () -> m.machine().smp().failure() != null);
        var failure = assertThrows(IllegalStateException.class, m::close);
        assertSame(bug, failure.getCause());
    }
}
