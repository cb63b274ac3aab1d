package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Softirqs and bottom halves of PREEMPT_RT: one task of a CPU has them, others preempt it. */
@Timeout(60)
class PreemptibleSoftirqTest {
    private final TestMachine m =
            new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1).withPreemptRt());
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean inside = new AtomicBoolean();
    private final AtomicBoolean release = new AtomicBoolean();

    @AfterEach
    void close() {
        m.close();
    }

    private Task sleeper(String name, int priority, Consumer<Task> body) {
        var policy = priority == 0 ? TaskPolicy.NORMAL : TaskPolicy.fifo(priority);
        return m.sleeper(
                0,
                name,
                policy,
                self -> {
                    body.accept(self);
                    log.add(name);
                });
    }

    private void wake(Task task) {
        m.inInterrupt(0, cpu -> cpu.scheduler().wake(task));
    }

    private void untilReleased(KernelCpu cpu) {
        inside.set(true);
        while (!release.get()) {
            cpu.burn(1_000);
        }
    }

    private void onBlock(Consumer<KernelCpu> action) {
        m.machine().setSoftirqAction(SoftirqVector.BLOCK, action::accept);
    }

    private void raiseInInterrupt() {
        m.inInterrupt(0, cpu -> m.machine().softirqs(0).raiseIrqsOff(SoftirqVector.BLOCK));
    }

    private void assertQuiet() {
        assertEquals(List.of(), m.machine().smp().log().reports());
        assertEquals(0, m.cpu(0).leakedContexts());
    }

    @Test
    void runsWhatAnInterruptRaisedInKsoftirqd() {
        onBlock(cpu -> log.add(cpu.current().name() + " " + context(cpu)));
        m.start();
        raiseInInterrupt();
        Threads.await("ran", () -> !log.isEmpty());
        assertEquals(List.of("ksoftirqd/0 100 on"), List.copyOf(log));
        assertQuiet();
    }

    private static String context(KernelCpu cpu) {
        return "%03x %s".formatted(cpu.preemptCount(), cpu.hw().irqsEnabled() ? "on" : "off");
    }

    @Test
    void givesATaskThatIsPreemptedInASoftirqItsContextBack() {
        Task urgent = sleeper("urgent", 80, self -> log.add("urgent " + context(self.cpu())));
        onBlock(cpu -> {
            untilReleased(cpu);
            log.add("softirq " + context(cpu));
        });
        m.start();
        raiseInInterrupt();
        Threads.await("inside", inside::get);
        wake(urgent);
        Threads.await("urgent ran", () -> log.contains("urgent"));
        m.inInterrupt(0, cpu -> assertTrue(PreemptCount.inServingSoftirq(cpu.preemptCount())));
        release.set(true);
        Threads.await("softirq ended", () -> log.size() == 3);
        assertEquals(List.of("urgent 000 on", "urgent", "softirq 100 on"), List.copyOf(log));
        assertQuiet();
    }

    @Test
    void lendsPriorityToTheTaskThatHasBottomHalvesOff() {
        Task low =
                sleeper(
                        "low",
                        0,
                        self -> {
                            self.cpu().bhDisable();
                            untilReleased(self.cpu());
                            self.cpu().bhEnable();
                        });
        var enough = new AtomicBoolean();
        Task medium =
                sleeper(
                        "medium",
                        20,
                        self -> {
                            while (!enough.get()) {
                                self.cpu().burn(1_000);
                            }
                        });
        Task high =
                sleeper(
                        "high",
                        50,
                        self -> {
                            self.cpu().bhDisable();
                            log.add("high has it");
                            self.cpu().bhEnable();
                        });
        m.start();
        wake(low);
        Threads.await("inside", inside::get);
        wake(high);
        Threads.await("high waits", high::asleep);
        assertEquals(TaskPolicy.fifo(50), low.policy());
        wake(medium);
        m.inInterrupt(0, cpu -> assertEquals(low, cpu.current()));
        release.set(true);
        Threads.await("high ended", () -> log.contains("high"));
        enough.set(true);
        Threads.await("all end", () -> log.size() == 4);
        assertEquals(List.of("high has it", "high", "medium", "low"), List.copyOf(log));
        assertEquals(TaskPolicy.NORMAL, low.policy());
        assertQuiet();
    }

    @Test
    void runsInTheTaskThatHasThemOffWhatComesMeanwhileAndWakesNobody() {
        onBlock(cpu -> log.add(cpu.current().name()));
        Task low =
                sleeper(
                        "low",
                        0,
                        self -> {
                            self.cpu().bhDisable();
                            untilReleased(self.cpu());
                            self.cpu().bhEnable();
                            assertEquals("000 on", context(self.cpu()));
                        });
        var other =
                sleeper(
                        "other",
                        10,
                        self -> {
                            // Preempts low: whoever has the lock serves it.
                            m.machine().softirqs(0).raise(SoftirqVector.BLOCK);
                            assertFalse(m.machine().softirqs(0).ksoftirqd().runnable());
                        });
        m.start();
        wake(low);
        Threads.await("inside", inside::get);
        raiseInInterrupt();
        m.inInterrupt(0, cpu -> assertFalse(m.machine().softirqs(0).ksoftirqd().runnable()));
        wake(other);
        Threads.await("other ran", () -> log.contains("other"));
        release.set(true);
        Threads.await("ran", () -> log.size() == 3);
        assertEquals(List.of("other", "low", "low"), List.copyOf(log));
        assertQuiet();
    }

    @Test
    void leavesThemToKsoftirqdWhereTheEnablingTaskCannotBePreempted() {
        onBlock(cpu -> log.add(cpu.current().name()));
        Task low =
                sleeper(
                        "low",
                        0,
                        self -> {
                            KernelCpu cpu = self.cpu();
                            cpu.preemptDisable();
                            cpu.bhDisable();
                            m.machine().softirqs(0).raise(SoftirqVector.BLOCK);
                            cpu.bhEnable();
                            log.add("enabled");
                            cpu.preemptEnable();
                        });
        m.start();
        wake(low);
        Threads.await("ran", () -> log.size() == 3);
        assertTrue(log.contains("ksoftirqd/0"), log.toString());
        assertEquals("enabled", log.peek());
        assertQuiet();
    }

    @Test
    void nestsWithoutASecondLock() {
        onBlock(cpu -> {
            cpu.bhDisable();
            assertEquals("300 on", context(cpu));
            cpu.bhEnable();
            assertEquals("100 on", context(cpu));
            log.add("softirq");
        });
        Task task =
                sleeper(
                        "task",
                        0,
                        self -> {
                            KernelCpu cpu = self.cpu();
                            cpu.bhDisable();
                            cpu.bhDisable();
                            m.machine().softirqs(0).raise(SoftirqVector.BLOCK);
                            cpu.bhEnable();
                            assertEquals("200 on", context(cpu));
                            assertTrue(log.isEmpty());
                            cpu.bhEnable();
                            assertEquals(1, log.size());
                        });
        m.start();
        wake(task);
        Threads.await("ran", () -> log.contains("task"));
        assertQuiet();
    }

    @Test
    void waitsForATaskThatSleepsWithBottomHalvesOff() {
        onBlock(cpu -> log.add(cpu.current().name()));
        Task low =
                sleeper(
                        "low",
                        0,
                        self -> {
                            KernelCpu cpu = self.cpu();
                            cpu.bhDisable();
                            inside.set(true);
                            while (!release.get()) {
                                m.sleep(self, 200_000);
                                assertEquals(cpu, self.cpu());
                            }
                            assertEquals("200 on", context(cpu));
                            cpu.bhEnable();
                        });
        m.start();
        wake(low);
        Threads.await("inside", inside::get);
        Threads.await("sleeps", low::asleep);
        raiseInInterrupt();
        assertTrue(log.isEmpty());
        Threads.await("sleeps again", low::asleep);
        release.set(true);
        Threads.await("ran", () -> log.size() == 2);
        assertEquals(List.of("low", "low"), List.copyOf(log));
        assertQuiet();
    }

    @Test
    void isStarvedByARealTimeTaskThatHogsTheCpu() {
        // B-35: ksoftirqd has no more priority than any other fair task.
        onBlock(cpu -> log.add("softirq"));
        Task hog = sleeper("hog", 1, self -> untilReleased(self.cpu()));
        m.start();
        wake(hog);
        Threads.await("hogs", inside::get);
        raiseInInterrupt();
        m.inInterrupt(0, cpu -> assertTrue(m.machine().softirqs(0).pending()));
        assertTrue(log.isEmpty());
        release.set(true);
        Threads.await("ran", () -> log.size() == 2);
        assertEquals(List.of("hog", "softirq"), List.copyOf(log));
    }
}
