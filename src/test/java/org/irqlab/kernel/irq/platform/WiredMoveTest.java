package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.TestLines;
import org.irqlab.kernel.irq.platform.WiredMachine.Platform;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.concurrent.TimeUnit;

/** Wired lines that move from CPU to CPU, above an I/O APIC and above a GIC; I-35. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WiredMoveTest {
    @ParameterizedTest
    @EnumSource
    void losesNoLevelThatIsPendingWhenItMoves(Platform platform) {
        var rig = WiredRig.level(platform, 2);
        rig.move(0);
        var device = rig.device();
        try (rig) {
            rig.start();
            // CPU 0 has interrupts off: the request stays latched while the line moves to CPU 1.
            rig.inInterrupt(
                    0,
                    cpu -> {
                        device.post(1);
                        rig.move(1);
                    });
            rig.awaitRuns(1);
            assertEquals(1, device.served());
            device.post(1);
            Threads.await("served", () -> device.served() == 2);
            rig.settle();
            assertEquals(1, rig.gate.lastCpu());
            assertEquals(CpuMask.of(1), rig.line.effectiveAffinity());
            device.post(3);
            Threads.await("served", () -> device.served() == 5);
            rig.settle();
        }
        assertFalse(rig.wire.active());
        TestLines.assertConserved(rig.line);
        rig.w.m.machine().irqs().checkVectors();
    }

    @ParameterizedTest
    @EnumSource
    void losesNoEdgeThatIsPendingWhenItMoves(Platform platform) {
        var rig = WiredRig.edge(platform, 2);
        rig.move(0);
        var pull = rig.wire.connect();
        rig.own(cpu -> IrqReturn.HANDLED);
        try (rig) {
            rig.start();
            rig.inInterrupt(
                    0,
                    cpu -> {
                        WiredMachine.pulse(pull);
                        rig.move(1);
                    });
            rig.awaitRuns(1);
            WiredMachine.pulse(pull);
            rig.awaitRuns(2);
            assertEquals(1, rig.gate.lastCpu());
        }
        assertEquals(2, rig.runs());
        TestLines.assertConserved(rig.line);
    }

    @ParameterizedTest
    @EnumSource
    void losesNoLevelWhoseCpuGoesDown(Platform platform) {
        var rig = WiredRig.level(platform, 2);
        rig.move(1);
        var device = rig.device();
        try (rig) {
            rig.start();
            rig.inInterrupt(
                    1,
                    cpu -> {
                        device.post(3);
                        rig.w.m.machine().irqs().cpuGoesDown(cpu);
                    });
            Threads.await("served elsewhere", () -> device.served() == 3);
            rig.settle();
            assertEquals(0, rig.gate.lastCpu());
            assertEquals(CpuMask.of(0), rig.line.effectiveAffinity());
            device.post(2);
            Threads.await("the input is not stuck", () -> device.served() == 5);
            rig.settle();
        }
        assertFalse(rig.w.inputs().inFlight(rig.input()));
        TestLines.assertConserved(rig.line);
    }
}
