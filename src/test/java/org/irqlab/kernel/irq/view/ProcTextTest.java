package org.irqlab.kernel.irq.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.view.InterruptsText.ExtraRow;
import org.irqlab.support.TestDevice;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** The files of /proc, of a machine that stands still. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ProcTextTest {
    private final TestMachine m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));

    @Test
    void showsARowForEachLineInUse() {
        var irqs = m.machine().irqs();
        var device = new TestDevice(m.machine(), 3);
        var config = device.line(30, 0, 0);
        var queue = device.line(129, 1, 1);
        device.line(131, 2, 1);
        irqs.request(config, "virtio0-config", 0, cpu -> IrqReturn.HANDLED);
        irqs.request(queue, "virtio0-input.0", 0, cpu -> IrqReturn.HANDLED);
        config.handle(m.cpu(0));
        queue.handle(m.cpu(1));
        queue.handle(m.cpu(1));
        String text =
                InterruptsText.of(
                        irqs.descriptors(),
                        2,
                        List.of(new ExtraRow("LOC", new long[] {7, 8}, "Local timer interrupts")));
        assertEquals(
                """
                           CPU0       CPU1      \s
                 30:          1          0 PCI-MSIX   0-edge      virtio0-config
                129:          0          2 PCI-MSIX   1-edge      virtio0-input.0
                LOC:          7          8  Local timer interrupts
                """,
                text);
    }

    @Test
    void showsWhereALineMayAndDoesInterrupt() {
        var device = new TestDevice(m.machine(), 1);
        var line = device.line(30, 0, 1);
        m.machine().irqs().request(line, "nic0", 0, cpu -> IrqReturn.HANDLED);
        m.machine().irqs().setAffinity(line, CpuMask.first(2), m.cpu(0));
        assertEquals("2\n", AffinityText.smpAffinity(line, 2), "moved by its next interrupt");
        line.handle(m.cpu(1));
        assertEquals("3\n", AffinityText.smpAffinity(line, 2));
        assertEquals("0-1\n", AffinityText.smpAffinityList(line));
        assertEquals("2\n", AffinityText.effectiveAffinity(line, 2));
        assertEquals("1\n", AffinityText.effectiveAffinityList(line));
    }
}
