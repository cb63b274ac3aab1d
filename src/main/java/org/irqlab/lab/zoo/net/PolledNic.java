package org.irqlab.lab.zoo.net;

import org.irqlab.hw.device.ReceiveQueue;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.napi.Napi;
import org.irqlab.kernel.napi.NapiCore;
import org.irqlab.kernel.napi.NapiPoll;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.lab.zoo.rig.ZooMachine;

import java.util.function.BiConsumer;

/** A network card with one queue that interrupts CPU 0, and what its driver is made of. */
final class PolledNic {
    private static final int SLOTS = 512;

    final ReceiveQueue queue;
    final Napi napi;
    private final NapiCore core;

    /** Plugs the card in, with a top half as a textbook has it. Before the start. */
    PolledNic(ZooMachine m, NapiCore core, String name, NapiPoll poll) {
        this(m, core, name, poll, core::schedule);
    }

    /**
     * Plugs the card in and makes its NAPI instance. Before the start.
     *
     * @param topHalf what an interrupt does; the queue has masked itself
     */
    PolledNic(
            ZooMachine m,
            NapiCore core,
            String name,
            NapiPoll poll,
            BiConsumer<Napi, KernelCpu> topHalf) {
        this.core = core;
        MsixTable msix = m.plugIn(1);
        queue = new ReceiveQueue(SLOTS, msix, 0);
        napi = core.add(name, poll);
        m.irqs()
                .request(
                        m.line(msix, 0, 0),
                        name,
                        0,
                        cpu -> {
                            topHalf.accept(napi, cpu);
                            return IrqReturn.HANDLED;
                        });
    }

    /** Brings the queue up. In an interrupt. */
    void open(KernelCpu cpu) {
        core.enable(napi, cpu);
        queue.unmask();
    }

    boolean empty() {
        return queue.ring().available() == 0;
    }

    /** Takes a frame off the ring; returns its word. */
    long take() {
        long word = queue.ring().word();
        queue.ring().consume();
        return word;
    }

    /** The end of a poll that did less than its budget. */
    void complete(int done, KernelCpu cpu) {
        if (core.completeDone(napi, done, cpu)) {
            queue.unmask();
        }
    }
}
