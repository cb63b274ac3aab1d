package org.irqlab.kernel.irq.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.IrqSettings;
import org.irqlab.kernel.locking.SpinLock;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.softirq.SoftirqPolicy;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.support.HandlerGate;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** Threads that a kernel with threadirqs or PREEMPT_RT gives to handlers that did not ask. */
@Timeout(60)
class ForcedThreadTest {
    private static final MachineSpec RT =
            MachineSpec.unpinned(2).withWorkersPerPool(1).withPreemptRt();

    private static IrqDescriptor line(TestMachine m) {
        return TestLines.wired(m, 9, new LineHardware(true, false, Set.of()), FlowHandler.LEVEL);
    }

    private static IrqHandler taking(SpinLock lock) {
        return cpu -> {
            lock.lock(cpu);
            lock.unlock(cpu);
            return IrqReturn.HANDLED;
        };
    }

    @Test
    void keepsSoftirqsFromTheInterruptExitOfAKernelWithForcedThreads() {
        var forced = IrqSettings.linux().withThreading(IrqSettings.Threading.FORCED);
        var plain = MachineSpec.unpinned(1);
        assertEquals(SoftirqPolicy.INLINE, plain.softirqs().policy());
        assertEquals(
                SoftirqPolicy.NOT_AT_INTERRUPT_EXIT, plain.withIrqs(forced).softirqs().policy());
        assertEquals(SoftirqPolicy.NOT_AT_INTERRUPT_EXIT, RT.softirqs().policy());
        assertEquals(IrqSettings.Threading.FORCED_RT, RT.irqs().threading());
        assertEquals(
                IrqSettings.Threading.FORCED_RT,
                RT.withIrqs(IrqSettings.linux()).irqs().threading());
    }

    @Test
    void takesASpinLockInAThreadOfPreemptRtAndReportsItInATopHalfThatStays() {
        reports(RT, 0, 0);
        reports(RT, 1, 1, IrqFlag.NO_THREAD);
    }

    @Test
    void reportsElsewhereOnlyThatATopHalfCouldNotBecomeAThread() {
        var plain = MachineSpec.unpinned(2).withWorkersPerPool(1);
        reports(plain, 0, 0);
        reports(plain, 1, 0, IrqFlag.NO_THREAD);
        reports(plain, 1, 0, IrqFlag.ONESHOT);
    }

    private static void reports(MachineSpec spec, int contexts, int sleeps, IrqFlag... flags) {
        var m = new TestMachine(spec);
        var lock = new SpinLock(m.machine().locking(), "lock");
        IrqDescriptor line = line(m);
        var ran = HandlerGate.open();
        var request = IrqRequest.of("a", ran.before(taking(lock)));
        TestLines.request(line, request.withFlags(flags), m.cpu(0));
        try (m) {
            m.start();
            m.inInterrupt(0, line::handle);
            ran.awaitRuns(1);
            m.inInterrupt(0, cpu -> {});
        }
        var log = m.machine().smp().log();
        assertEquals(contexts, log.count(ReportKind.INVALID_WAIT_CONTEXT), log.toString());
        assertEquals(sleeps, log.count(ReportKind.SLEEP_IN_ATOMIC));
    }

    @Test
    void staysMaskedUntilTheLastOfSeveralForcedThreadsOfAnEdgelessLine() {
        var m = new TestMachine(RT);
        IrqDescriptor line = line(m);
        var gates = new HandlerGate[] {HandlerGate.closed(), HandlerGate.closed()};
        for (int i = 0; i < gates.length; i++) {
            String name = "dev" + i;
            var request =
                    IrqRequest.of(name, gates[i].handler())
                            .withFlags(IrqFlag.SHARED)
                            .withDevice(name);
            TestLines.request(line, request, m.cpu(0));
        }
        try (m) {
            m.start();
            m.inInterrupt(0, line::handle);
            gates[0].awaitRuns(1);
            assertEquals(3, line.threadsOneshot());
            gates[0].letAllThrough();
            gates[1].awaitRuns(1);
            m.inInterrupt(1, cpu -> assertTrue(line.isMasked()));
            assertEquals(2, line.threadsOneshot());
            gates[1].letAllThrough();
            Threads.await("opened", () -> line.threadsOneshot() == 0);
            m.inInterrupt(1, cpu -> assertFalse(line.isMasked()));
        }
    }

    @Test
    void goesOnWhenItsFunctionLeavesBottomHalvesOff() {
        var m = new TestMachine(RT);
        IrqDescriptor line = line(m);
        var ran = HandlerGate.open();
        var softirqs = HandlerGate.open();
        IrqHandler forgets =
                cpu -> {
                    cpu.bhDisable();
                    m.machine().softirqs(0).raise(SoftirqVector.BLOCK);
                    return IrqReturn.HANDLED;
                };
        var request =
                IrqRequest.threaded("a", null, ran.before(forgets), 500).withFlags(IrqFlag.ONESHOT);
        m.machine().setSoftirqAction(SoftirqVector.BLOCK, softirqs.handler()::handle);
        Task thread = TestLines.request(line, request, m.cpu(0)).thread().task();
        try (m) {
            m.start();
            for (int i = 1; i <= 2; i++) {
                m.inInterrupt(0, line::handle);
                ran.awaitRuns(i);
                Threads.await("sleeps", thread::asleep);
                m.inInterrupt(0, cpu -> assertFalse(m.machine().softirqs(0).lockedBy(thread)));
            }
            // Nobody has looked at what it raised: the next interrupt does.
            m.inInterrupt(0, cpu -> {});
            softirqs.awaitRuns(1);
        }
        assertEquals(2, m.machine().smp().log().count(ReportKind.PREEMPT_LEAK));
    }

    @Test
    void competesWithThePolicyThatItIsGivenWhileItRuns() {
        var m = new TestMachine(RT);
        IrqDescriptor line = line(m);
        var gate = HandlerGate.closed();
        var request = IrqRequest.of("a", gate.handler());
        Task thread = TestLines.request(line, request, m.cpu(0)).thread().task();
        assertEquals(TaskPolicy.FIFO_50, thread.policy());
        var ran = new AtomicBoolean();
        Task rival = m.sleeper(0, "rival/0", TaskPolicy.fifo(45), self -> ran.set(true));
        Task lower = chrt(m, thread, TaskPolicy.fifo(40));
        Task raise = chrt(m, thread, TaskPolicy.fifo(60));
        try (m) {
            m.start();
            m.inInterrupt(0, line::handle);
            gate.awaitRuns(1);
            m.inInterrupt(0, cpu -> cpu.scheduler().wake(rival));
            m.inInterrupt(0, cpu -> assertEquals(thread, cpu.current()));
            assertFalse(ran.get());
            m.inInterrupt(1, cpu -> cpu.scheduler().wake(lower));
            Threads.await("rival", ran::get);
            gate.letAllThrough();
            Threads.await("asleep", thread::asleep);
            assertEquals(TaskPolicy.fifo(40), thread.policy());
            assertEquals(TaskPolicy.fifo(40), thread.normalPolicy());
            m.inInterrupt(1, cpu -> cpu.scheduler().wake(raise));
            Threads.await("set", () -> thread.normalPolicy().equals(TaskPolicy.fifo(60)));
            m.inInterrupt(0, line::handle);
            gate.awaitRuns(2);
            Threads.await("acts", () -> thread.policy().equals(TaskPolicy.fifo(60)));
        }
    }

    private static Task chrt(TestMachine m, Task thread, TaskPolicy policy) {
        return m.sleeper(
                1,
                "chrt",
                TaskPolicy.NORMAL,
                self -> m.machine().inheritance().setPolicy(thread, policy, self.cpu()));
    }
}
