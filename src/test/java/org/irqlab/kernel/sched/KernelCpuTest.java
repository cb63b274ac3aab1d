package org.irqlab.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Interrupt entry and exit, and the bottom-half lock. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class KernelCpuTest {
    private static final int NESTED_VECTOR = 0x40;

    private final TestMachine m = new TestMachine(MachineSpec.unpinned(1).withWorkersPerPool(1));
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        m.close();
    }

    private void onNested(Consumer<KernelCpu> handler) {
        m.machine().irqs().setSystemHandler(NESTED_VECTOR, handler::accept, null, null);
    }

    private void onSoftirq(SoftirqVector vector, Consumer<KernelCpu> action) {
        m.machine().setSoftirqAction(vector, action::accept);
    }

    private void raiseIrqsOff(SoftirqVector vector) {
        m.machine().softirqs(0).raiseIrqsOff(vector);
    }

    private static void takeNested(KernelCpu cpu) {
        cpu.hw().port().accept(NESTED_VECTOR);
        cpu.hw().poll();
    }

    private void awaitLog(String... lines) {
        Threads.await(
                List.of(lines) + " but " + log, () -> List.copyOf(log).equals(List.of(lines)));
    }

    private void note(String what, KernelCpu cpu) {
        log.add(
                "%s %06x %s"
                        .formatted(
                                what, cpu.preemptCount(), cpu.hw().irqsEnabled() ? "on" : "off"));
    }

    @Test
    void runsAHandlerOneHardirqDeepWithInterruptsOff() {
        m.start();
        m.inInterrupt(0, cpu -> note("handler", cpu));
        m.inInterrupt(0, cpu -> note("handler", cpu));
        awaitLog("handler 010000 off", "handler 010000 off");
    }

    @Test
    void runsSoftirqsAfterTheHandlerWithInterruptsOn() {
        onSoftirq(SoftirqVector.BLOCK, cpu -> note("softirq", cpu));
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    raiseIrqsOff(SoftirqVector.BLOCK);
                    note("handler", cpu);
                });
        awaitLog("handler 010000 off", "softirq 000100 on");
        m.inInterrupt(0, cpu -> note("later", cpu));
        awaitLog("handler 010000 off", "softirq 000100 on", "later 010000 off");
    }

    @Test
    void neverNestsSoftirqs() {
        onNested(cpu -> {
            note("nested", cpu);
            raiseIrqsOff(SoftirqVector.HI);
            raiseIrqsOff(SoftirqVector.RCU);
        });
        onSoftirq(SoftirqVector.HI, cpu -> note("hi", cpu));
        onSoftirq(SoftirqVector.RCU, cpu -> note("rcu", cpu));
        onSoftirq(
                SoftirqVector.BLOCK,
                cpu -> {
                    note("block", cpu);
                    takeNested(cpu);
                    note("block ends", cpu);
                });
        m.start();
        m.inInterrupt(0, cpu -> raiseIrqsOff(SoftirqVector.BLOCK));
        awaitLog(
                "block 000100 on",
                "nested 010100 off",
                "block ends 000100 on",
                "hi 000100 on",
                "rcu 000100 on");
    }

    @Test
    void holdsSoftirqsBackUntilTheOutermostEnable() {
        onNested(cpu -> {
            note("nested", cpu);
            raiseIrqsOff(SoftirqVector.BLOCK);
        });
        onSoftirq(SoftirqVector.BLOCK, cpu -> note("block", cpu));
        m.kernelThread(
                0,
                "bh/0",
                TaskPolicy.NORMAL,
                self -> {
                    KernelCpu cpu = self.cpu();
                    cpu.bhDisable();
                    cpu.bhDisable();
                    takeNested(cpu);
                    note("two", cpu);
                    cpu.bhEnable();
                    note("one", cpu);
                    cpu.bhEnable();
                    note("none", cpu);
                });
        m.start();
        // While they run one preempt count is kept, as in the kernel.
        awaitLog(
                "nested 010400 off",
                "two 000400 on",
                "one 000200 on",
                "block 000101 on",
                "none 000000 on");
    }

    @Test
    void enablesBottomHalvesInASoftirqWithoutRunningAny() {
        onSoftirq(SoftirqVector.HI, cpu -> note("hi", cpu));
        onSoftirq(
                SoftirqVector.BLOCK,
                cpu -> {
                    cpu.bhDisable();
                    m.machine().softirqs(0).raise(SoftirqVector.HI);
                    note("off", cpu);
                    cpu.bhEnable();
                    note("on", cpu);
                });
        m.start();
        m.inInterrupt(0, cpu -> raiseIrqsOff(SoftirqVector.BLOCK));
        awaitLog("off 000300 on", "on 000100 on", "hi 000100 on");
    }

    @Test
    void takesInterruptsInASoftirqAndGoesOnWithIt() {
        onNested(cpu -> note("nested", cpu));
        onSoftirq(
                SoftirqVector.NET_RX,
                cpu -> {
                    boolean irqs = cpu.hw().irqSave();
                    cpu.hw().port().accept(NESTED_VECTOR);
                    cpu.hw().poll();
                    note("still off", cpu);
                    cpu.hw().irqRestore(irqs);
                    note("on again", cpu);
                });
        m.start();
        m.inInterrupt(0, cpu -> raiseIrqsOff(SoftirqVector.NET_RX));
        awaitLog("still off 000100 off", "nested 010100 off", "on again 000100 on");
    }

    @Test
    void putsAHandlerRightThatLeavesPreemptionOffOrInterruptsOn() {
        m.start();
        m.inInterrupt(0, KernelCpu::preemptDisable);
        m.inInterrupt(0, cpu -> cpu.hw().irqEnable());
        m.inInterrupt(0, cpu -> note("handler", cpu));
        awaitLog("handler 010000 off");
        m.inInterrupt(0, cpu -> assertEquals(2, cpu.leakedContexts()));
    }

    @Test
    void putsATaskRightThatEndsWithPreemptionOff() {
        Task task =
                m.kernelThread(
                        0, "leaks/0", TaskPolicy.NORMAL, self -> self.cpu().preemptDisable());
        m.start();
        Threads.await("task ends", () -> !task.thread().isAlive());
        m.inInterrupt(
                0,
                cpu -> {
                    note("handler", cpu);
                    assertEquals(1, cpu.leakedContexts());
                });
        awaitLog("handler 010000 off");
    }

    @Test
    void startsATaskWithItsOwnInterruptFlag() {
        // Switched to at the end of an interrupt, from a context with interrupts off.
        onNested(cpu -> log.add("taken"));
        m.kernelThread(
                0,
                "new/0",
                TaskPolicy.NORMAL,
                self -> {
                    assertTrue(self.cpu().hw().irqsEnabled());
                    assertEquals(0, self.cpu().preemptCount());
                    takeNested(self.cpu());
                });
        m.start();
        awaitLog("taken");
    }

    @Test
    void givesATaskItsOwnInterruptFlagBackAfterASleep() {
        Task[] sleeper = new Task[1];
        sleeper[0] =
                m.kernelThread(
                        0,
                        "off/0",
                        TaskPolicy.NORMAL,
                        self -> {
                            self.cpu().hw().irqDisable();
                            self.prepareToSleep('S');
                            self.cpu().scheduler().schedule();
                            assertFalse(self.cpu().hw().irqsEnabled());
                            self.cpu().hw().irqEnable();
                            log.add("awake");
                        });
        m.start();
        Threads.await("asleep", () -> sleeper[0].asleep());
        m.inInterrupt(0, cpu -> cpu.scheduler().wake(sleeper[0]));
        awaitLog("awake");
    }
}
