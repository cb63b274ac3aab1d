package org.irqlab.kernel.irq.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.IrqSettings;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.HandlerGate;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * One-shot lines, which stay masked until their threads have finished, and forced threads; I-32.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class OneshotLineTest {
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
    private int nextPid = 500;

    private static IrqDescriptor line(TestMachine m, FlowHandler flow, IrqChipFlag... flags) {
        return TestLines.wired(m, 9, new LineHardware(true, false, Set.of(flags)), flow);
    }

    private IrqRequest oneshot(String name, IrqHandler function) {
        return IrqRequest.threaded(name, null, function, nextPid++)
                .withFlags(IrqFlag.SHARED, IrqFlag.ONESHOT)
                .withDevice(name);
    }

    @Test
    void opensTheLineWhenTheLastOfTwoThreadsHasFinished() {
        opensWithTheLastThread(FlowHandler.LEVEL, "acks=1 ends=0");
    }

    @Test
    void endsTheInterruptWithTheLastThreadWhereTheChipWantsThat() {
        opensWithTheLastThread(FlowHandler.FAST_EOI, "acks=0 ends=1", IrqChipFlag.EOI_THREADED);
    }

    private void opensWithTheLastThread(FlowHandler flow, String atEnd, IrqChipFlag... flags) {
        var m = new TestMachine(2);
        IrqDescriptor line = line(m, flow, flags);
        var gates = new HandlerGate[] {HandlerGate.closed(), HandlerGate.closed()};
        var a = TestLines.request(line, oneshot("a", gates[0].handler()), m.cpu(0)).thread();
        var b = TestLines.request(line, oneshot("b", gates[1].handler()), m.cpu(1)).thread();
        try (m) {
            m.start();
            // The threads wait for each other's CPUs if both start on one.
            m.inInterrupt(0, line::handle);
            assertTrue(line.isMasked());
            assertEquals(3, line.threadsOneshot());
            gates[0].letAllThrough();
            if (flow != FlowHandler.LEVEL) {
                gates[1].letAllThrough();
            }
            Threads.await("a", () -> a.runs() == 1 && a.task().asleep());
            if (flow == FlowHandler.LEVEL) {
                m.inInterrupt(1, cpu -> assertTrue(line.isMasked()));
                assertEquals(2, line.threadsOneshot());
                gates[1].letAllThrough();
            }
            Threads.await("b", () -> b.runs() == 1 && b.task().asleep());
            m.inInterrupt(1, cpu -> assertFalse(line.isMasked()));
            assertEquals(0, line.threadsOneshot());
        }
        String text = line.chip().toString();
        assertTrue(text.endsWith(atEnd), text);
    }

    @Test
    void opensAtOnceWhenThePrimaryHandlerHasDoneItAll() {
        var m = new TestMachine(1);
        IrqDescriptor line = line(m, FlowHandler.LEVEL);
        var request =
                IrqRequest.threaded("a", cpu -> IrqReturn.HANDLED, cpu -> IrqReturn.NONE, 500)
                        .withFlags(IrqFlag.ONESHOT);
        TestLines.request(line, request, m.cpu(0));
        line.handle(m.cpu(0));
        assertFalse(line.isMasked());
    }

    @Test
    void staysMaskedWhenItIsDisabledMeanwhileUntilItIsEnabled() {
        var m = new TestMachine(2);
        IrqDescriptor line = line(m, FlowHandler.LEVEL);
        var gate = HandlerGate.closed();
        var thread = TestLines.request(line, oneshot("a", gate.handler()), m.cpu(0)).thread();
        try (m) {
            m.start();
            m.inInterrupt(0, line::handle);
            m.inInterrupt(1, line::disableNoSync);
            gate.letAllThrough();
            Threads.await("thread", () -> thread.runs() == 1 && thread.task().asleep());
            m.inInterrupt(
                    1,
                    cpu -> {
                        assertTrue(line.isMasked());
                        line.enable(cpu);
                        assertFalse(line.isMasked());
                    });
        }
    }

    @Test
    void threadsPrimaryHandlersByForce() {
        var m = forced(IrqSettings.Threading.FORCED);
        IrqDescriptor line = line(m, FlowHandler.LEVEL);
        var request =
                IrqRequest.threaded(
                        "a",
                        on("primary", IrqReturn.WAKE_THREAD),
                        on("own", IrqReturn.HANDLED),
                        500);
        IrqAction action = TestLines.request(line, request, m.cpu(0));
        assertEquals("irq/9-a", action.thread().task().name());
        assertEquals("irq/9-s-a", action.secondary.thread().task().name());
        assertEquals(TaskPolicy.fifo(49), action.secondary.thread().task().policy());
        try (m) {
            m.start();
            m.inInterrupt(0, line::handle);
            Threads.await("both", () -> log.size() == 2);
            m.inInterrupt(0, cpu -> assertFalse(line.isMasked()));
        }
        assertEquals(
                List.of("primary: bh off, irqs off, irq/9-a", "own: bh on, irqs on, irq/9-s-a"),
                List.copyOf(log));
    }

    @Test
    void leavesInterruptsOnInForcedThreadsOfARealTimeKernel() {
        var m = new TestMachine(MachineSpec.unpinned(1).withPreemptRt());
        IrqDescriptor line = line(m, FlowHandler.LEVEL);
        TestLines.request(line, IrqRequest.of("a", on("primary", IrqReturn.HANDLED)), m.cpu(0));
        try (m) {
            m.start();
            m.inInterrupt(0, line::handle);
            Threads.await("ran", () -> log.size() == 1);
        }
        assertEquals(List.of("primary: bh off, irqs on, irq/9-a"), List.copyOf(log));
    }

    @Test
    void threadsNobodyByForceWhoRefuses() {
        var m = forced(IrqSettings.Threading.FORCED);
        IrqDescriptor line = line(m, FlowHandler.LEVEL);
        var action =
                TestLines.request(
                        line,
                        IrqRequest.of("a", on("primary", IrqReturn.HANDLED))
                                .withFlags(IrqFlag.NO_THREAD),
                        m.cpu(0));
        assertEquals(null, action.thread());
    }

    private static TestMachine forced(IrqSettings.Threading threading) {
        return new TestMachine(
                MachineSpec.unpinned(1).withIrqs(IrqSettings.linux().withThreading(threading)));
    }

    private IrqHandler on(String what, IrqReturn result) {
        return cpu -> {
            log.add(
                    "%s: bh %s, irqs %s, %s"
                            .formatted(
                                    what,
                                    PreemptCount.inSoftirq(cpu.preemptCount()) ? "off" : "on",
                                    cpu.hw().irqsEnabled() ? "on" : "off",
                                    cpu.current().name()));
            return result;
        };
    }

    @Test
    void runsTheThreadFunctionOfANestedLineInTheParentsThread() {
        var m = new TestMachine(1);
        IrqDescriptor nested = TestLines.wired(m, 10, new FakeChip(), FlowHandler.NESTED);
        assertEquals(
                IrqResult.EINVAL,
                IrqRequests.request(nested, IrqRequest.of("n", cpu -> IrqReturn.NONE), m.cpu(0))
                        .result());
        var request = IrqRequest.threaded("n", null, on("nested", IrqReturn.HANDLED), 501);
        assertEquals(null, TestLines.request(nested, request, m.cpu(0)).thread());
        IrqDescriptor parent = line(m, FlowHandler.LEVEL);
        TestLines.request(
                parent,
                oneshot(
                        "expander",
                        cpu -> {
                            cpu.hw().irqDisable();
                            nested.handle(cpu);
                            cpu.hw().irqEnable();
                            return IrqReturn.HANDLED;
                        }),
                m.cpu(0));
        try (m) {
            m.start();
            m.inInterrupt(0, parent::handle);
            Threads.await("ran", () -> log.size() == 1);
        }
        assertEquals(List.of("nested: bh on, irqs on, irq/9-expander"), List.copyOf(log));
        assertEquals(1, nested.counts().handlerRuns());
        TestLines.assertConserved(nested);
    }
}
