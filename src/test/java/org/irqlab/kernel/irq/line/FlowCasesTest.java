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
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.HandlerGate;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The classic cases of each flow by name; the machine stands still unless it is started. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FlowCasesTest {
    private final TestMachine m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
    private final KernelCpu first = m.cpu(0);
    private final KernelCpu other = m.cpu(1);
    private final AtomicInteger runs = new AtomicInteger();
    private Runnable onFirstRun = () -> {};

    private IrqDescriptor line(FlowHandler flow, LineHardware hw, Trigger trigger) {
        IrqDescriptor line = TestLines.wired(m, 9, hw, flow);
        IrqHandler handler =
                cpu -> {
                    if (runs.incrementAndGet() == 1) {
                        onFirstRun.run();
                    }
                    return IrqReturn.HANDLED;
                };
        TestLines.request(line, IrqRequest.of("dev0", handler).withTrigger(trigger), first);
        return line;
    }

    private static LineHardware hardware(boolean level, IrqChipFlag... flags) {
        return new LineHardware(level, true, Set.of(flags));
    }

    @Test
    void deliversALevelAgainThatIsStillHigh() {
        var hw = hardware(true);
        IrqDescriptor line = line(FlowHandler.LEVEL, hw, Trigger.HIGH);
        hw.fire();
        assertTrue(hw.take());
        line.handle(first);
        assertTrue(hw.take(), "the handler has not lowered it");
        hw.lower();
        line.handle(first);
        assertFalse(hw.take());
        assertEquals(2, runs.get());
    }

    @Test
    void neverSendsALevelAgain() {
        var hw = hardware(true);
        IrqDescriptor line = line(FlowHandler.LEVEL, hw, Trigger.HIGH);
        line.disableNoSync(first);
        hw.fire();
        line.handle(first);
        assertTrue(line.isPending());
        hw.lower();
        line.enable(first);
        assertFalse(line.isPending() || hw.take(), "the device has nothing to say any more");
        assertEquals(0, line.counts().resent());
    }

    @Test
    void holdsALevelBackWhileItsHandlerRunsElsewhere() {
        var hw = hardware(true);
        IrqDescriptor line = line(FlowHandler.LEVEL, hw, Trigger.HIGH);
        onFirstRun = () -> line.handle(other);
        line.handle(first);
        assertEquals(1, runs.get());
        assertEquals(1, line.counts().refused());
        assertFalse(line.isMasked(), "opened by the one that ran");
    }

    @Test
    void forgetsAnEdgeOnTheNewCpuWithoutResendWhileInProgress() {
        var hw = hardware(false);
        IrqDescriptor line = line(FlowHandler.FAST_EOI, hw, Trigger.RISING);
        onFirstRun = () -> line.handle(other);
        line.handle(first);
        assertEquals(1, runs.get(), "B-47: the device waits for ever");
        assertEquals(1, line.counts().refused());
        assertFalse(hw.owes());
    }

    @Test
    void sendsAnEdgeOnTheNewCpuAgainWithResendWhileInProgress() {
        var hw = hardware(false, IrqChipFlag.RESEND_WHEN_IN_PROGRESS);
        IrqDescriptor line = line(FlowHandler.FAST_EOI, hw, Trigger.RISING);
        onFirstRun = () -> line.handle(other);
        line.handle(first);
        assertTrue(hw.take());
        line.handle(other);
        assertEquals(2, runs.get());
        assertEquals(1, line.counts().resent());
    }

    @Test
    void sendsOnlyOneAgainAtATime() {
        var hw = hardware(false);
        IrqDescriptor line = line(FlowHandler.EDGE, hw, Trigger.RISING);
        for (int i = 0; i < 3; i++) {
            line.disableNoSync(first);
            line.handle(first);
            line.enable(first);
            assertTrue(hw.take());
        }
        assertEquals(3, line.counts().resent(), "each was taken before the next");
        line.disableNoSync(first);
        line.handle(first);
        line.enable(first);
        line.lock.lock(0);
        line.pending = true;
        assertEquals(IrqResult.EBUSY, line.core.resend().check(line, false, first), "I-13");
        line.lock.unlock(0);
    }

    @Test
    void stopsAndMasksAnEdgeWhoseLastHandlerGoesAway() {
        var hw = hardware(false);
        IrqDescriptor line = line(FlowHandler.EDGE, hw, Trigger.RISING);
        onFirstRun =
                () -> {
                    line.handle(other);
                    line.lock.lock(0);
                    line.actions = null;
                    line.lock.unlock(0);
                };
        line.handle(first);
        assertEquals(1, runs.get());
        assertTrue(line.isMasked());
        assertFalse(line.inProgress);
    }

    @Test
    void waitsForAPollOnAnotherCpu() {
        var hw = hardware(true);
        IrqDescriptor line = TestLines.wired(m, 9, hw, FlowHandler.LEVEL);
        var gate = HandlerGate.closed();
        var request = IrqRequest.of("a", gate.handler());
        TestLines.request(line, request.withFlags(IrqFlag.SHARED).withDevice("a"), first);
        line.lock.lock(0);
        LineSwitch.shutOff(line, first);
        line.lock.unlock(0);
        var arrived = new AtomicBoolean();
        var done = new AtomicBoolean();
        m.kernelThread(0, "poller", TaskPolicy.NORMAL, self -> line.core.poller().poll(self.cpu()));
        m.kernelThread(
                1,
                "interrupted",
                TaskPolicy.NORMAL,
                self -> {
                    gate.awaitRuns(1);
                    boolean irqs = self.cpu().hw().irqSave();
                    arrived.set(true);
                    line.handle(self.cpu());
                    self.cpu().hw().irqRestore(irqs);
                    done.set(true);
                });
        try (m) {
            m.start();
            Threads.await("arrived", arrived::get);
            assertFalse(done.get(), "the handlers must not overlap");
            gate.letAllThrough();
            Threads.await("done", done::get);
        }
        assertEquals(1, gate.runs(), "still shut off");
        assertEquals(1, line.counts().refused());
        TestLines.assertConserved(line);
    }
}
