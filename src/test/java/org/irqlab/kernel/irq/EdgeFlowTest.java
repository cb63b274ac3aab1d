package org.irqlab.kernel.irq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The edge flow of one line whose interrupts reach two CPUs. The machine stands still; an edge on
 * the other CPU while the handler runs is a call from the handler.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class EdgeFlowTest {
    private final TestMachine m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
    private final KernelCpu first = m.cpu(0);
    private final KernelCpu other = m.cpu(1);
    private final FakeChip chip = new FakeChip();
    private final IrqDescriptor line = new IrqDescriptor(45, chip, 2);
    private int runs;

    private void onRun(Runnable... reactions) {
        line.setAction(
                new IrqAction(
                        "nic0-rx0",
                        0,
                        cpu -> {
                            chip.log.add("run on " + cpu.id());
                            if (runs < reactions.length) {
                                reactions[runs++].run();
                            }
                            return IrqReturn.HANDLED;
                        },
                        null));
    }

    private void assertLog(String... expected) {
        assertEquals(List.of(expected), chip.log);
    }

    @Test
    void acknowledgesBeforeTheHandlerSoThatTheNextEdgeIsLatched() {
        onRun();
        line.handleEdge(first);
        assertLog("ack 0", "run on 0");
        assertEquals(1, line.count(0));
        assertEquals(0, line.count(1));
        assertEquals(1, line.handlerRuns());
    }

    @Test
    void runsTheHandlerAgainForAnEdgeOnAnotherCpuMeanwhile() {
        onRun(() -> line.handleEdge(other));
        line.handleEdge(first);
        assertLog("ack 0", "run on 0", "mask", "ack 1", "unmask", "run on 0");
        assertFalse(chip.masked());
        assertEquals(1, line.remembered());
        assertEquals(0, line.count(1), "counted where it ran");
        assertEquals(2, line.handlerRuns());
    }

    @Test
    void isFreeAgainAfterARunOfItsThreadThatNobodyAskedFor() {
        onRun();
        var bug = assertThrows(IllegalStateException.class, () -> line.threadDone(null, first));
        assertTrue(bug.getMessage().contains("I-33"), bug.getMessage());
        line.handleEdge(first);
        assertEquals(1, line.handlerRuns());
    }

    @Test
    void runsTheHandlerOnceMoreForSeveralEdges() {
        onRun(() -> {
            line.handleEdge(other);
            line.handleEdge(other);
            line.handleEdge(other);
        });
        line.handleEdge(first);
        assertEquals(2, line.handlerRuns());
        assertEquals(1, line.remembered());
        assertEquals(2, line.merged());
    }

    @Test
    void runsTheHandlerAThirdTimeForAnEdgeDuringTheSecond() {
        onRun(() -> line.handleEdge(other), () -> line.handleEdge(other));
        line.handleEdge(first);
        assertEquals(3, line.handlerRuns());
        assertEquals(2, line.remembered());
        assertEquals(0, line.merged());
        assertFalse(chip.masked());
    }

    @Test
    void stopsRepeatingWhenTheHandlerDisablesTheLine() {
        onRun(() -> {
            line.handleEdge(other);
            line.disable(first);
        });
        line.handleEdge(first);
        assertEquals(1, line.handlerRuns());
        assertTrue(chip.masked());
        line.enable(first);
        assertTrue(chip.take());
        line.handleEdge(first);
        assertEquals(2, line.handlerRuns());
    }

    @Test
    void masksALineThatNobodyHandles() {
        line.handleEdge(first);
        assertLog("mask", "ack 0");
        assertEquals(1, line.remembered());
        assertEquals(0, line.count(0));
    }

    @Test
    void countsAnInterruptThatTheHandlerDisowns() {
        line.setAction(new IrqAction("nic0-rx0", 0, cpu -> IrqReturn.NONE, null));
        line.handleEdge(first);
        line.handleEdge(other);
        assertEquals(2, line.unhandled());
        assertEquals(2, line.handlerRuns());
    }

    @Test
    void refusesToRunAHandlerWithInterruptsOn() {
        onRun();
        first.hw().irqEnable();
        var bug = assertThrows(IllegalStateException.class, () -> line.handleEdge(first));
        assertTrue(bug.getMessage().contains("I-20"), bug.getMessage());
    }

    @Test
    void refusesToWakeAThreadThatALineDoesNotHave() {
        line.setAction(new IrqAction("nic0-rx0", 0, cpu -> IrqReturn.WAKE_THREAD, null));
        var bug = assertThrows(IllegalStateException.class, () -> line.handleEdge(first));
        assertEquals("irq=45 returned WAKE_THREAD without a thread", bug.getMessage());
    }

    @Test
    void isDisabledLazily() {
        onRun();
        line.disable(first);
        assertLog();
        line.handleEdge(first);
        assertLog("mask", "ack 0");
        assertEquals(0, line.handlerRuns());
    }

    @Test
    void replaysARememberedEdgeWhenItIsEnabled() {
        onRun();
        line.disable(first);
        line.handleEdge(first);
        line.enable(other);
        assertLog("mask", "ack 0", "unmask", "retrigger");
        assertTrue(chip.take());
        line.handleEdge(first);
        assertEquals(1, line.handlerRuns());
        // Nothing is left to replay.
        line.disable(first);
        line.enable(first);
        assertFalse(chip.owes());
    }

    @Test
    void leavesTheHardwareAloneWhenNothingCameWhileDisabled() {
        onRun();
        line.disable(first);
        line.enable(first);
        assertLog();
    }

    @Test
    void isEnabledByTheLastOfNestedEnables() {
        onRun();
        line.disable(first);
        line.disable(other);
        line.handleEdge(first);
        line.enable(first);
        assertLog("mask", "ack 0");
        line.enable(first);
        assertLog("mask", "ack 0", "unmask", "retrigger");
        assertEquals(0, line.unbalancedEnables());
    }

    @Test
    void countsAnEnableTooManyAndIgnoresIt() {
        onRun();
        line.enable(first);
        assertEquals(1, line.unbalancedEnables());
        line.disable(first);
        line.handleEdge(first);
        assertEquals(0, line.handlerRuns(), "still disabled by one");
    }

    @Test
    void keepsTheCallersInterruptFlag() {
        first.hw().irqEnable();
        line.disable(first);
        assertTrue(first.hw().irqsEnabled());
        line.enable(first);
        assertTrue(first.hw().irqsEnabled());
        first.hw().irqDisable();
        line.disable(first);
        assertFalse(first.hw().irqsEnabled());
    }
}
