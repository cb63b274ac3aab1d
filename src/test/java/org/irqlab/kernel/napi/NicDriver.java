package org.irqlab.kernel.napi;

import org.irqlab.hw.device.ReceiveQueue;
import org.irqlab.hw.device.ReceiveRing;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.hw.pci.PciAddress;
import org.irqlab.hw.pci.PciFunction;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;

import java.util.concurrent.atomic.AtomicLong;

/** A network card with one queue and the driver that a textbook has for it. */
final class NicDriver {
    private static final int SLOTS = 512;
    private static final int IRQ = 40;

    final ReceiveQueue queue;
    final Napi napi;
    final AtomicLong interrupts = new AtomicLong();
    final AtomicLong outOfOrder = new AtomicLong();

    private final NapiCore core;

    // The poller only.
    private long lastWord;

    NicDriver(TestMachine m, NapiCore core, int cpu) {
        this.core = core;
        var machine = m.machine();
        var function = PciFunction.of(new PciAddress(0, 0, 3, 0), 1, machine.controller());
        function.msix().writeControl(MsixTable.CONTROL_ENABLE);
        queue = new ReceiveQueue(SLOTS, function.msix(), 0);
        napi = core.add("eth0", this::poll);
        var line = machine.irqs().allocate(IRQ, function.msix(), 0, cpu);
        machine.irqs().request(line, "eth0-rx0", machine.names().id("eth0-rx0"), this::topHalf);
    }

    private IrqReturn topHalf(KernelCpu cpu) {
        interrupts.getAndIncrement();
        // The queue has masked itself.
        core.schedule(napi, cpu);
        return IrqReturn.HANDLED;
    }

    private int poll(Napi self, int budget, KernelCpu cpu) {
        ReceiveRing ring = queue.ring();
        int done = 0;
        while (done < budget && ring.available() > 0) {
            if (ring.word() <= lastWord) {
                outOfOrder.getAndIncrement();
            }
            lastWord = ring.word();
            ring.consume();
            done++;
        }
        if (done < budget && core.completeDone(self, done, cpu)) {
            queue.unmask();
        }
        return done;
    }

    /** Brings the queue up, for the first time or again. */
    void open(KernelCpu cpu) {
        core.enable(napi, cpu);
        // What came meanwhile has interrupted in vain, or not at all.
        cpu.bhDisable();
        core.schedule(napi, cpu);
        cpu.bhEnable();
    }

    /** Takes the queue down. */
    void close(KernelCpu cpu) {
        core.disable(napi, cpu);
        queue.mask();
    }
}
