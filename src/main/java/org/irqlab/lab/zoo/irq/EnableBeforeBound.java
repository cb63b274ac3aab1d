package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.pci.MsiMessage;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-45: an interrupt that is let through before its handler is there. */
final class EnableBeforeBound implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-45",
                "Enable before the handler is bound",
                Domain.INTERRUPTS,
                "interrupts handled of 1",
                "stray vectors",
                "The driver lets its device interrupt before a handler is bound to the vector, the"
                    + " first interrupt comes to nobody and is ended, and the device waits for an"
                    + " answer to it for ever. An edge that was acknowledged leaves nothing behind."
                    + " The fix requests the line first, which unmasks it; what comes before that"
                    + " stays in the pending bit and is sent then.");
    }

    private static final int VECTOR = 0x51;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        MsixTable nic = m.plugIn(1);
        var apic = m.apic();
        var handled = new AtomicInteger();
        var vectors = new HandMadeVectors(m);
        nic.program(0, new MsiMessage(apic.messageAddress(0, VECTOR), apic.messageData(0, VECTOR)));
        if (form.buggy()) {
            nic.unmask(0);
        }
        m.start();
        nic.fire(0);
        m.settle();
        vectors.set(
                0,
                VECTOR,
                cpu -> {
                    cpu.hw().port().endOfInterrupt();
                    handled.incrementAndGet();
                });
        nic.unmask(0);
        m.settle();
        long stray = m.irqs().stray(0);
        return new Observation(handled.get(), stray, stray + " vectors of nobody");
    }
}
