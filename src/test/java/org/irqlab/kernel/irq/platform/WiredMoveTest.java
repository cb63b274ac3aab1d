package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.TestLines;
import org.irqlab.kernel.irq.platform.WiredMachine.Platform;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Wired lines that move from CPU to CPU, above an I/O APIC and above a GIC; I-35. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WiredMoveTest {
    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicInteger lastCpu = new AtomicInteger(-1);

    private IrqReturn ran(int cpu, IrqReturn result) {
        lastCpu.set(cpu);
        runs.incrementAndGet();
        return result;
    }

    private IrqRequest serving(LevelDevice device) {
        return IrqRequest.of("dev", cpu -> ran(cpu.id(), device.serve()));
    }

    private IrqRequest counting() {
        return IrqRequest.of("edge", cpu -> ran(cpu.id(), IrqReturn.HANDLED));
    }

    private void awaitRuns(int count) {
        Threads.await(count + " runs", () -> runs.get() >= count);
    }

    @ParameterizedTest
    @EnumSource
    void losesNoLevelThatIsPendingWhenItMoves(Platform platform) {
        var w = new WiredMachine(platform, 2);
        var wire = w.levelWire(5);
        var device = new LevelDevice(wire);
        IrqDescriptor line = w.line(5, wire);
        assertEquals(IrqResult.OK, affinity(w, line, 0));
        TestLines.request(line, serving(device), w.cpu(0));
        try (w) {
            w.start();
            // CPU 0 has interrupts off: the request stays latched while CPU 1 moves the line.
            w.m.inInterrupt(
                    0,
                    cpu -> {
                        device.post(1);
                        assertEquals(IrqResult.OK, affinity(w, line, 1));
                    });
            awaitRuns(1);
            w.settle();
            assertEquals(1, device.served());
            device.post(1);
            Threads.await("served", () -> device.served() == 2);
            w.settle();
            assertEquals(1, lastCpu.get());
            assertEquals(CpuMask.of(1), line.effectiveAffinity());
            device.post(3);
            Threads.await("served", () -> device.served() == 5);
            w.settle();
        }
        assertFalse(wire.active());
        TestLines.assertConserved(line);
        w.m.machine().irqs().checkVectors();
    }

    @ParameterizedTest
    @EnumSource
    void losesNoEdgeThatIsPendingWhenItMoves(Platform platform) {
        var w = new WiredMachine(platform, 2);
        var wire = w.edgeWire(7);
        var pull = wire.connect();
        IrqDescriptor line = w.line(7, wire);
        assertEquals(IrqResult.OK, affinity(w, line, 0));
        TestLines.request(line, counting(), w.cpu(0));
        try (w) {
            w.start();
            w.m.inInterrupt(
                    0,
                    cpu -> {
                        WiredMachine.pulse(pull);
                        assertEquals(IrqResult.OK, affinity(w, line, 1));
                    });
            awaitRuns(1);
            w.settle();
            WiredMachine.pulse(pull);
            awaitRuns(2);
            w.settle();
            assertEquals(1, lastCpu.get());
        }
        assertEquals(2, runs.get());
        TestLines.assertConserved(line);
    }

    @ParameterizedTest
    @EnumSource
    void losesNoLevelWhoseCpuGoesDown(Platform platform) {
        var w = new WiredMachine(platform, 2);
        var wire = w.levelWire(5);
        var device = new LevelDevice(wire);
        IrqDescriptor line = w.line(5, wire);
        assertEquals(IrqResult.OK, affinity(w, line, 1));
        TestLines.request(line, serving(device), w.cpu(0));
        try (w) {
            w.start();
            w.m.inInterrupt(
                    1,
                    cpu -> {
                        device.post(3);
                        w.m.machine().irqs().cpuGoesDown(cpu);
                    });
            Threads.await("served elsewhere", () -> device.served() == 3);
            w.settle();
            assertEquals(0, lastCpu.get());
            assertEquals(CpuMask.of(0), line.effectiveAffinity());
            device.post(2);
            Threads.await("the input is not stuck", () -> device.served() == 5);
            w.settle();
        }
        assertFalse(w.inputs().inFlight((int) line.binding().hwirq()));
        TestLines.assertConserved(line);
    }

    private static IrqResult affinity(WiredMachine w, IrqDescriptor line, int cpu) {
        return w.m.machine().irqs().setAffinity(line, CpuMask.of(cpu), w.cpu(0));
    }
}
