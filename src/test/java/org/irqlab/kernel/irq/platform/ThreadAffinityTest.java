package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.IrqThread;
import org.irqlab.kernel.irq.line.TestLines;
import org.irqlab.support.HandlerGate;
import org.irqlab.support.TestDevice;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The threads of a line run where the line interrupts, forced ones as well. */
@Timeout(60)
class ThreadAffinityTest {
    private final TestMachine m =
            new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1).withPreemptRt());
    private final TestDevice device = new TestDevice(m.machine(), 1);
    private final HandlerGate gate = HandlerGate.open();

    private void fire(IrqThread thread, int runs) {
        device.fire(0);
        gate.awaitRuns(runs);
        Threads.await("thread sleeps", thread.task()::asleep);
    }

    @Test
    void followsTheLineToItsNewCpu() {
        IrqDescriptor line = device.line(45, 0, 0);
        IrqThread thread =
                TestLines.request(line, IrqRequest.of("nic0", gate.handler()), m.cpu(0)).thread();
        try (m) {
            m.start();
            fire(thread, 1);
            assertEquals(0, gate.lastCpu());
            m.inInterrupt(1, cpu -> m.machine().irqs().setAffinity(line, CpuMask.of(1), cpu));
            // The line moves with this one, the thread before it sleeps again.
            fire(thread, 2);
            fire(thread, 3);
            fire(thread, 4);
            assertEquals(CpuMask.of(1), line.effectiveAffinity());
            assertEquals(1, gate.lastCpu());
        }
    }
}
