package org.irqlab.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.Report;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.softirq.Tasklet;
import org.irqlab.kernel.workqueue.WorkItem;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Guest code that breaks the rules of its context is named, and the machine goes on. */
@Timeout(60)
class ContextRulesTest {
    private final TestMachine m = new TestMachine(MachineSpec.unpinned(1).withWorkersPerPool(1));
    private final KernelLog log = m.machine().smp().log();
    private final AtomicInteger ran = new AtomicInteger();

    @AfterEach
    void close() {
        m.close();
    }

    private void inTask(Consumer<Task> body) {
        m.kernelThread(
                0,
                "task/0",
                TaskPolicy.NORMAL,
                self -> {
                    body.accept(self);
                    ran.incrementAndGet();
                });
        m.start();
        Threads.await("task ran", () -> ran.get() == 1);
    }

    private void assertReported(ReportKind kind, String... whats) {
        assertEquals(
                List.of(whats),
                log.reports(kind).stream().map(Report::what).toList(),
                () -> log.reports().toString());
    }

    @Test
    void allowsATaskWithNothingDisabledToSleep() {
        inTask(self -> self.cpu().mightSleep("call"));
        assertEquals(List.of(), log.reports());
    }

    @Test
    void reportsOneSleepInAtomicContextASecondAndCountsAll() {
        inTask(self -> {
            KernelCpu cpu = self.cpu();
            cpu.preemptDisable();
            cpu.mightSleep("first");
            cpu.mightSleep("second");
            cpu.preemptEnable();
            cpu.hw().irqDisable();
            cpu.mightSleep("third");
            cpu.hw().irqEnable();
        });
        assertReported(ReportKind.SLEEP_IN_ATOMIC, "first");
        assertEquals(3, log.count(ReportKind.SLEEP_IN_ATOMIC));
        String text = log.reports().getFirst().text();
        assertTrue(text.contains("Comm: task/0 preempt_count: 1"), text);
        assertTrue(text.contains("ContextRulesTest.lambda$reportsOneSleep"), text);
    }

    @Test
    void namesTheSoftirqTheTaskletAndTheWorkItemThatLeak() {
        var machine = m.machine();
        machine.setSoftirqAction(SoftirqVector.NET_RX, KernelCpu::preemptDisable);
        var tasklet = new Tasklet(KernelCpu::bhDisable, 7, 0);
        var item = new WorkItem((cpu, self) -> cpu.hw().irqDisable(), 9, 0);
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    machine.softirqs(0).raise(SoftirqVector.NET_RX);
                    machine.tasklets(0).schedule(tasklet);
                    machine.workqueues().queueWork(cpu, machine.workqueues().system(), item);
                });
        Threads.await("item ran", () -> machine.workqueues().counts().leakedAtomic() == 1);
        assertReported(ReportKind.PREEMPT_LEAK, "softirq NET_RX", "tasklet number 7");
        assertReported(ReportKind.IRQ_FLAG_LEAK, "work item 9 of events");
        m.inInterrupt(0, cpu -> assertEquals(0x1_0000, cpu.preemptCount()));
    }

    @Test
    void namesTheVectorWhereNoHandlerIsToBlame() {
        m.start();
        m.inInterrupt(0, KernelCpu::preemptDisable);
        m.inInterrupt(0, cpu -> cpu.hw().irqEnable());
        m.inInterrupt(0, cpu -> assertEquals(2, cpu.leakedContexts()));
        assertReported(ReportKind.PREEMPT_LEAK, "interrupt vector 0x30");
        assertReported(ReportKind.IRQ_FLAG_LEAK, "interrupt vector 0x30");
    }

    @Test
    void keepsTheCountFromFallingBelowZero() {
        inTask(self -> {
            self.cpu().preemptEnable();
            self.cpu().bhEnable();
            assertEquals(0, self.cpu().preemptCount());
        });
        assertReported(
                ReportKind.PREEMPT_LEAK,
                "unbalanced enabling of preemption",
                "unbalanced enabling of bottom halves");
    }

    @Test
    void enablesBottomHalvesInTheWrongContextAndSaysSo() {
        inTask(self -> {
            KernelCpu cpu = self.cpu();
            cpu.bhDisable();
            cpu.hw().irqDisable();
            cpu.bhEnable();
            assertEquals(0, cpu.preemptCount());
            cpu.hw().irqEnable();
        });
        assertReported(ReportKind.BH_ENABLE_CONTEXT, "task/0");
    }

    @Test
    void takesNoVoluntarySwitchWithPreemptionOff() {
        inTask(self -> {
            KernelCpu cpu = self.cpu();
            cpu.preemptDisable();
            cpu.scheduler().requestResched();
            cpu.scheduler().reschedulePoint();
            cpu.preemptEnable();
        });
        assertReported(ReportKind.SLEEP_IN_ATOMIC, "reschedule point");
    }

    @Test
    void seesASoftirqThatNobodyRunsBeforeIdle() {
        inTask(self -> {
            KernelCpu cpu = self.cpu();
            cpu.hw().irqDisable();
            m.machine().softirqs(0).raiseIrqsOff(SoftirqVector.BLOCK);
            cpu.hw().irqEnable();
        });
        Threads.await("idle", () -> log.count(ReportKind.SOFTIRQ_PENDING_AT_IDLE) > 0);
    }

    @Test
    void namesATaskThatEndsWithPreemptionOff() {
        inTask(self -> self.cpu().preemptDisable());
        Threads.await("ended", () -> log.count(ReportKind.PREEMPT_LEAK) == 1);
        assertReported(ReportKind.PREEMPT_LEAK, "task task/0");
    }
}
