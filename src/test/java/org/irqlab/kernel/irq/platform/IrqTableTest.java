package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.trace.TraceRing;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.IrqSettings;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestDevice;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class IrqTableTest {
    private static final int UNCLAIMED_VECTOR = 0x60;

    private final TestMachine m =
            new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1).withTrace(1 << 10));
    private final IrqTable irqs = m.machine().irqs();
    private final TestDevice device = new TestDevice(m.machine(), 2);

    @AfterEach
    void close() {
        if (m.machine().smp().failure() == null) {
            m.close();
        }
    }

    @Test
    void programsTheEntryMaskedAndOpensItForTheHandler() {
        IrqDescriptor line = device.line(45, 0, 1);
        var controller = m.machine().controller();
        int vector = controller.vectors().firstDevice();
        assertEquals(controller.messageAddress(1, vector), device.msix().message(0).address());
        assertEquals(controller.messageData(1, vector), device.msix().message(0).data());
        assertTrue(device.msix().masked(0));
        irqs.request(line, "nic0-rx0", 0, cpu -> IrqReturn.HANDLED);
        assertFalse(device.msix().masked(0));
        assertEquals(List.of(line), irqs.descriptors());
        assertEquals(45, line.irq());
        assertEquals("PCI-MSIX", line.chip().name());
    }

    @Test
    void handsOutEveryVectorOfACpuOnce() {
        var vectors = m.machine().controller().vectors();
        int there = 0;
        for (int v = vectors.firstDevice(); v <= vectors.lastDevice(); v++) {
            there += vectors.allocatable(v) ? 1 : 0;
        }
        var many = new TestDevice(m.machine(), there + 1);
        var messages = new HashSet<Integer>();
        for (int i = 0; i < there; i++) {
            many.line(100 + i, i, 0);
            messages.add(many.msix().message(i).data());
        }
        assertEquals(there, messages.size());
        var full =
                assertThrows(IllegalStateException.class, () -> many.line(999, messages.size(), 0));
        assertEquals("no vector left on cpu=0 for irq=999", full.getMessage());
        many.line(999, there, 1);
    }

    @Test
    void refusesASecondHandler() {
        IrqDescriptor line = device.line(45, 0, 0);
        irqs.request(line, "first", 0, cpu -> IrqReturn.HANDLED);
        var refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> irqs.request(line, "second", 0, cpu -> IrqReturn.HANDLED));
        assertEquals("irq=45 has a handler already: first", refused.getMessage());
        assertEquals("first", line.action().name());
    }

    @Test
    void takesTheInterruptsOfEachLineOnItsCpu() {
        var ranOn = new AtomicInteger[] {new AtomicInteger(-1), new AtomicInteger(-1)};
        for (int i = 0; i < 2; i++) {
            int entry = i;
            irqs.request(
                    device.line(45 + i, i, 1 - i),
                    "nic0-rx" + i,
                    0,
                    cpu -> {
                        ranOn[entry].set(cpu.id());
                        return IrqReturn.HANDLED;
                    });
        }
        m.start();
        device.fire(0);
        device.fire(1);
        Threads.await("both", () -> ranOn[0].get() == 1 && ranOn[1].get() == 0);
    }

    @Test
    void holdsEdgesOfADisabledLineInTheDevice() {
        var runs = new AtomicInteger();
        IrqDescriptor line = device.line(45, 0, 0);
        irqs.request(
                line,
                "nic0-rx0",
                0,
                cpu -> {
                    runs.incrementAndGet();
                    return IrqReturn.HANDLED;
                });
        m.start();
        m.inInterrupt(1, line::disableNoSync);
        assertEquals(FireOutcome.LATCHED, device.fire(0));
        Threads.await("masked by the edge", () -> device.msix().masked(0));
        assertEquals(FireOutcome.PENDED_MASKED, device.fire(0));
        assertEquals(FireOutcome.COALESCED_MASKED, device.fire(0));
        m.inInterrupt(0, cpu -> assertEquals(0, runs.get()));
        m.inInterrupt(0, line::enable);
        Threads.await("replayed", () -> runs.get() > 0);
        m.inInterrupt(0, cpu -> assertEquals(1, runs.get(), "one delivery for all of them"));
        device.fire(0);
        Threads.await("open again", () -> runs.get() == 2);
        assertEquals(1, line.counts().remembered());
    }

    @Test
    void countsVectorsThatBelongToNobody() {
        m.start();
        var controller = m.machine().controller();
        controller.sendIpi(1, UNCLAIMED_VECTOR);
        Threads.await("counted", () -> irqs.stray(1) == 1);
        m.inInterrupt(1, cpu -> assertFalse(cpu.hw().port().inService(), "it was ended"));
        assertEquals(0, irqs.stray(0));
    }

    @Test
    void neverEndsASpuriousVector() {
        // The machine stands still: this thread holds CPU 0, and one interrupt is in service.
        KernelCpu cpu = m.cpu(0);
        var port = cpu.hw().port();
        port.accept(UNCLAIMED_VECTOR);
        assertEquals(UNCLAIMED_VECTOR, port.acknowledge());
        irqs.dispatch().dispatch(cpu, port.spuriousVector());
        assertTrue(port.inService());
        assertEquals(1, irqs.stray(0));
    }

    @Test
    void tracesASystemVectorAndALineFromEntryToExit() {
        irqs.setSystemHandler(
                UNCLAIMED_VECTOR,
                cpu -> {},
                Tracepoint.RESCHEDULE_ENTRY,
                Tracepoint.RESCHEDULE_EXIT);
        irqs.request(device.line(45, 0, 0), "nic0-rx0", 9, cpu -> IrqReturn.HANDLED);
        KernelCpu cpu = m.cpu(0);
        for (int vector : new int[] {UNCLAIMED_VECTOR, 0x20}) {
            cpu.hw().port().accept(vector);
            cpu.hw().irqEnable();
            cpu.hw().irqDisable();
        }
        var seen = new ArrayList<String>();
        TraceRing ring = cpu.ring();
        for (int i = 0; i < ring.size(); i++) {
            seen.add(ring.event(i) + " " + ring.a(i) + " " + ring.b(i));
        }
        assertEquals(
                List.of(
                        "RESCHEDULE_ENTRY 96 0",
                        "RESCHEDULE_EXIT 96 0",
                        "IRQ_HANDLER_ENTRY 45 9",
                        "IRQ_HANDLER_EXIT 45 1"),
                seen);
    }

    @Test
    void putsALineHandlerRightThatLeaksAContext() {
        var runs = new AtomicInteger();
        irqs.request(
                device.line(45, 0, 0),
                "nic0-rx0",
                0,
                cpu -> {
                    switch (runs.incrementAndGet()) {
                        case 1 -> cpu.hw().irqEnable();
                        case 2 -> cpu.preemptDisable();
                        default -> cpu.bhDisable();
                    }
                    return IrqReturn.HANDLED;
                });
        m.start();
        for (int i = 1; i <= 3; i++) {
            int run = i;
            device.fire(0);
            Threads.await("run " + i, () -> runs.get() == run);
        }
        m.inInterrupt(
                0,
                cpu -> {
                    assertEquals(0x1_0000, cpu.preemptCount());
                    assertEquals(3, cpu.leakedContexts());
                });
    }

    @Test
    void goesOnWhenATopHalfThrows() {
        var runs = new AtomicInteger();
        IrqDescriptor line = device.line(45, 0, 0);
        irqs.request(
                line,
                "nic0-rx0",
                0,
                cpu -> {
                    if (runs.incrementAndGet() == 1) {
                        throw new IllegalArgumentException("no such queue");
                    }
                    return IrqReturn.HANDLED;
                });
        m.start();
        device.fire(0);
        Threads.await("first", () -> runs.get() == 1);
        device.fire(0);
        Threads.await("second", () -> runs.get() == 2);
        assertEquals(1, irqs.core().errors(IrqError.HANDLER_THREW));
        assertEquals(1, line.counts().unhandled(), "it counts as NONE");
    }

    @Test
    void stopsTheMachineWithTheCauseWhenATopHalfOfItsOwnThrows() {
        var own =
                new TestMachine(
                        MachineSpec.unpinned(1)
                                .withIrqs(
                                        IrqSettings.linux()
                                                .withFailures(IrqSettings.Failures.STOP_MACHINE)));
        var cause = new IllegalArgumentException("no such queue");
        var source = new TestDevice(own.machine(), 1);
        own.machine()
                .irqs()
                .request(
                        source.line(45, 0, 0),
                        "nic0-rx0",
                        0,
                        cpu -> {
                            throw cause;
                        });
        own.kernelThread(
                0,
                "victim",
                TaskPolicy.NORMAL,
                self -> {
                    source.fire(0);
                    self.cpu().burn(1_000_000_000L);
                });
        own.start();
        Threads.await("failure", () -> own.machine().smp().failure() != null);
        var failure = assertThrows(IllegalStateException.class, own::close);
        assertSame(cause, failure.getCause());
    }
}
