package org.irqlab.kernel.irq.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqReturn;
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
    private final IrqDescriptor line = TestLines.wired(m, 45, chip, FlowHandler.EDGE);
    private int runs;

    private void onRun(Runnable... reactions) {
        request(cpu -> {
            chip.log.add("run on " + cpu.id());
            if (runs < reactions.length) {
                reactions[runs++].run();
            }
            return IrqReturn.HANDLED;
        });
    }

    private void request(IrqHandler topHalf) {
        TestLines.request(line, IrqRequest.of("nic0-rx0", topHalf), first);
        chip.log.clear();
    }

    private void assertLog(String... expected) {
        assertEquals(List.of(expected), chip.log);
    }

    @Test
    void acknowledgesBeforeTheHandlerSoThatTheNextEdgeIsLatched() {
        onRun();
        line.handle(first);
        assertLog("ack 0", "run on 0");
        assertEquals(1, line.counts().byCpu(0));
        assertEquals(0, line.counts().byCpu(1));
        assertEquals(1, line.counts().handlerRuns());
    }

    @Test
    void runsTheHandlerAgainForAnEdgeOnAnotherCpuMeanwhile() {
        onRun(() -> line.handle(other));
        line.handle(first);
        assertLog("ack 0", "run on 0", "mask", "ack 1", "unmask", "run on 0");
        assertFalse(chip.masked());
        assertEquals(1, line.counts().remembered());
        assertEquals(0, line.counts().byCpu(1), "counted where it ran");
        assertEquals(2, line.counts().handlerRuns());
    }

    @Test
    void isFreeAgainAfterARunOfItsThreadThatNobodyAskedFor() {
        onRun();
        var bug = assertThrows(IllegalStateException.class, () -> line.threads.done(first));
        assertTrue(bug.getMessage().contains("I-33"), bug.getMessage());
        line.handle(first);
        assertEquals(1, line.counts().handlerRuns());
    }

    @Test
    void runsTheHandlerOnceMoreForSeveralEdges() {
        onRun(() -> {
            line.handle(other);
            line.handle(other);
            line.handle(other);
        });
        line.handle(first);
        assertEquals(2, line.counts().handlerRuns());
        assertEquals(1, line.counts().remembered());
        assertEquals(2, line.counts().merged());
    }

    @Test
    void runsTheHandlerAThirdTimeForAnEdgeDuringTheSecond() {
        onRun(() -> line.handle(other), () -> line.handle(other));
        line.handle(first);
        assertEquals(3, line.counts().handlerRuns());
        assertEquals(2, line.counts().remembered());
        assertEquals(0, line.counts().merged());
        assertFalse(chip.masked());
    }

    @Test
    void stopsRepeatingWhenTheHandlerDisablesTheLine() {
        onRun(() -> {
            line.handle(other);
            line.disableNoSync(first);
        });
        line.handle(first);
        assertEquals(1, line.counts().handlerRuns());
        assertTrue(chip.masked());
        line.enable(first);
        assertTrue(chip.take());
        line.handle(first);
        assertEquals(2, line.counts().handlerRuns());
    }

    @Test
    void leavesALineMaskedThatNobodyHandles() {
        line.handle(first);
        assertLog("ack 0");
        assertTrue(line.isMasked());
        assertEquals(1, line.counts().remembered());
        assertEquals(0, line.counts().byCpu(0));
    }

    @Test
    void countsAnInterruptThatTheHandlerDisowns() {
        request(cpu -> IrqReturn.NONE);
        line.handle(first);
        line.handle(other);
        assertEquals(2, line.counts().unhandled());
        assertEquals(2, line.counts().handlerRuns());
    }

    @Test
    void refusesToRunAHandlerWithInterruptsOn() {
        onRun();
        first.hw().irqEnable();
        var bug = assertThrows(IllegalStateException.class, () -> line.handle(first));
        assertTrue(bug.getMessage().contains("I-20"), bug.getMessage());
    }

    @Test
    void countsAWakeOfAThreadThatALineDoesNotHave() {
        request(cpu -> IrqReturn.WAKE_THREAD);
        line.handle(first);
        line.handle(first);
        assertEquals(2, m.machine().irqs().core().errors(IrqError.NO_THREAD));
        assertEquals(2, line.counts().handlerRuns());
    }

    @Test
    void isDisabledLazily() {
        onRun();
        line.disableNoSync(first);
        assertLog();
        line.handle(first);
        assertLog("mask", "ack 0");
        assertEquals(0, line.counts().handlerRuns());
    }

    @Test
    void replaysARememberedEdgeWhenItIsEnabled() {
        onRun();
        line.disableNoSync(first);
        line.handle(first);
        line.enable(other);
        assertLog("mask", "ack 0", "unmask", "retrigger");
        assertTrue(chip.take());
        line.handle(first);
        assertEquals(1, line.counts().handlerRuns());
        // Nothing is left to replay.
        line.disableNoSync(first);
        line.enable(first);
        assertFalse(chip.owes());
    }

    @Test
    void leavesTheHardwareAloneWhenNothingCameWhileDisabled() {
        onRun();
        line.disableNoSync(first);
        line.enable(first);
        assertLog();
    }

    @Test
    void isEnabledByTheLastOfNestedEnables() {
        onRun();
        line.disableNoSync(first);
        line.disableNoSync(other);
        line.handle(first);
        line.enable(first);
        assertLog("mask", "ack 0");
        line.enable(first);
        assertLog("mask", "ack 0", "unmask", "retrigger");
        assertEquals(0, line.counts().unbalancedEnables());
    }

    @Test
    void countsAnEnableTooManyAndIgnoresIt() {
        onRun();
        line.enable(first);
        assertEquals(1, line.counts().unbalancedEnables());
        line.disableNoSync(first);
        line.handle(first);
        assertEquals(0, line.counts().handlerRuns(), "still disabled by one");
    }

    @Test
    void keepsTheCallersInterruptFlag() {
        first.hw().irqEnable();
        line.disableNoSync(first);
        assertTrue(first.hw().irqsEnabled());
        line.enable(first);
        assertTrue(first.hw().irqsEnabled());
        first.hw().irqDisable();
        line.disableNoSync(first);
        assertFalse(first.hw().irqsEnabled());
    }
}
