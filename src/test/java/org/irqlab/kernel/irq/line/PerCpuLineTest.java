package org.irqlab.kernel.irq.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** Lines of which each CPU has one of its own. The machine stands still. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class PerCpuLineTest {
    private final TestMachine m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
    private final IrqCore core = m.machine().irqs().core();
    private final FakeChip chip =
            new FakeChip() {
                @Override
                public void endOfInterrupt(IrqBinding line, KernelCpu cpu) {
                    log.add("eoi " + cpu.id());
                }
            };

    @Test
    void acknowledgesRunsAndEndsWithoutAnyState() {
        IrqDescriptor line = TestLines.wired(m, 5, chip, FlowHandler.PER_CPU);
        IrqHandler handler =
                cpu -> {
                    chip.log.add("run on " + cpu.id());
                    if (cpu.id() == 0) {
                        line.handle(m.cpu(1));
                    }
                    return IrqReturn.HANDLED;
                };
        TestLines.request(line, IrqRequest.of("t", handler).withFlags(IrqFlag.PERCPU), m.cpu(0));
        chip.log.clear();
        line.handle(m.cpu(0));
        assertEquals(List.of("ack 0", "run on 0", "ack 1", "run on 1", "eoi 1", "eoi 0"), chip.log);
        assertEquals(1, line.counts().byCpu(0));
        assertEquals(1, line.counts().byCpu(1));
        assertEquals(IrqResult.EIO, m.machine().irqs().setAffinity(line, CpuMask.of(0), m.cpu(0)));
    }

    @Test
    void isSwitchedOnByEachCpuForItself() {
        IrqDescriptor line = TestLines.wired(m, 5, chip, FlowHandler.PER_CPU_DEVICE);
        TestLines.request(
                line,
                IrqRequest.of(
                        "timer",
                        cpu -> {
                            chip.log.add("run on " + cpu.id());
                            return IrqReturn.HANDLED;
                        }),
                m.cpu(0));
        assertEquals(List.of(), chip.log, "off until it is switched on");
        line.enableForCpu(m.cpu(1));
        assertTrue(line.perCpuEnabled.contains(1) && !line.perCpuEnabled.contains(0));
        line.handle(m.cpu(1));
        assertEquals(List.of("unmask", "ack 1", "run on 1", "eoi 1"), chip.log);
        line.disableForCpu(m.cpu(1));
        assertFalse(line.perCpuEnabled.contains(1));
    }

    @Test
    void isSwitchedOffWhereNobodyHandlesIt() {
        IrqDescriptor line = TestLines.wired(m, 5, chip, FlowHandler.PER_CPU_DEVICE);
        line.enableForCpu(m.cpu(0));
        chip.log.clear();
        line.handle(m.cpu(0));
        line.handle(m.cpu(0));
        assertEquals(List.of("ack 0", "mask", "eoi 0", "ack 0", "eoi 0"), chip.log);
        assertEquals(2, core.errors(IrqError.SPURIOUS_PERCPU));
    }
}
